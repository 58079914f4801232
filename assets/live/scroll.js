// The scrolling log of the open room. It keeps the place when rows come above or pictures arrive, sticks to the
// bottom when it was there, fetches pages near its edges, and goes where the store asks it to.

import { createElement, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { live } from "./browser.js";
import { lightUp } from "./code.js";
import { copyText, useLive } from "./hooks.js";

const NEAR_BOTTOM = 32;
const NEAR_EDGE = 700;
const SAID_FOR = 2000;

const useEarlyEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** The first of `elements`, which stand below each other, that ends below `edge`; the last one when none does. */
function firstBelow(elements, edge) {
  let low = 0;
  let high = elements.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elements[middle].getBoundingClientRect().bottom > edge) high = middle;
    else low = middle + 1;
  }
  return elements[low];
}

/** What the component remembers between renders. */
class Place {
  stick = true;
  anchor = null;
  room = "";
  positioned = false;
  done = 0;

  constructor(box) {
    this.box = box;
  }

  get fromBottom() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
  }

  row(key) {
    return this.box.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  /** Where a row stands below the upper edge, in pixels. */
  top(row) {
    return row.getBoundingClientRect().top - this.box.getBoundingClientRect().top;
  }

  /** Remember the first row in view. Rows of stretches that are not looked at stay as they are: most are not laid out. */
  note() {
    const edge = this.box.getBoundingClientRect().top;
    const stretch = firstBelow(this.box.querySelectorAll(".stretch"), edge);
    const row = stretch && firstBelow(stretch.querySelectorAll("[data-key]"), edge);
    this.anchor = row ? { key: row.dataset.key, top: this.top(row) } : null;
  }

  /** Put everything back where it was. */
  hold() {
    if (this.stick) {
      this.toBottom();
      return;
    }
    const row = this.anchor && this.row(this.anchor.key);
    if (!row) return;
    const moved = this.top(row) - this.anchor.top;
    if (Math.abs(moved) >= 1) this.box.scrollTop += moved;
  }

  toBottom() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  /** Put a row a part of the height below the upper edge. */
  toRow(row, part) {
    this.box.scrollTop += this.top(row) - this.box.clientHeight * part;
    this.stick = this.fromBottom < NEAR_BOTTOM;
    this.note();
  }
}

export function LiveTimelineScroller({ label, children, ...rest }) {
  const rows = useLive("messages");
  const timeline = useLive("timeline");
  const wish = useLive("scroll");
  const room = useLive("current_room");
  const box = useRef(null);
  const place = useRef(null);

  const report = useCallback(() => {
    const here = place.current;
    if (!here?.positioned) return;
    const store = live();
    const { has_older: older, has_newer: newer, loading_older, loading_newer, loaded } = store.get("timeline");
    if (!loaded) return;
    store.setView({ atBottom: here.stick });
    if (older && !loading_older && here.box.scrollTop < NEAR_EDGE) store.loadOlder();
    if (newer && !loading_newer && here.fromBottom < NEAR_EDGE) store.loadNewer();
  }, []);

  useEarlyEffect(() => {
    place.current = new Place(box.current);
    const observer = new ResizeObserver(() => {
      if (!place.current.positioned) {
        place.current.toBottom(); // what waits to be sent stands below the placeholders
        return;
      }
      place.current.hold();
      report();
    });
    observer.observe(box.current);
    for (const child of box.current.children) observer.observe(child);
    return () => {
      observer.disconnect();
      live().setView({ atBottom: false });
    };
  }, [report]);

  // Rows have changed: the children's rows are in the page already, and nothing has been painted yet.
  useEarlyEffect(() => {
    const here = place.current;
    if (here.room !== room) {
      here.room = room;
      here.positioned = false;
      here.anchor = null;
      here.done = wish.n;
    }
    if (!timeline.loaded) {
      here.toBottom();
      return;
    }
    if (!here.positioned) {
      here.positioned = true;
      const divider = rows.find((row) => row.new_divider);
      const row = divider && here.row(divider.key);
      here.stick = true;
      here.toBottom();
      if (row && here.top(row) < here.box.clientHeight * 0.2) here.toRow(row, 0.25);
    } else {
      here.hold();
    }
    if (here.done !== wish.n) {
      const goal = rows.find((row) => row.id === wish.id);
      const row = goal && here.row(goal.key);
      if (wish.to === "bottom") {
        here.stick = true;
        here.toBottom();
        here.done = wish.n;
      } else if (row) {
        here.toRow(row, 0.35);
        here.done = wish.n;
      }
    }
    if (!here.stick) here.note();
  }, [rows, room, timeline.loaded, wish]);

  // After the paint: what is read and what is fetched follows from where the eyes are now.
  useEffect(() => {
    report();
    // Most logs have no code, and to look through the page for it would be felt with every message.
    if (rows.some((row) => row.html.includes("<pre"))) lightUp(box.current);
  }, [rows, room, timeline, report]);

  const onScroll = () => {
    const here = place.current;
    if (!here.positioned) return;
    here.stick = here.fromBottom < NEAR_BOTTOM;
    if (!here.stick) here.note();
    report();
  };

  const onClick = async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const text = button.closest("figure")?.querySelector("code")?.textContent ?? "";
    button.textContent = (await copyText(text)) ? "Copied" : "Select the text and copy it";
    setTimeout(() => {
      button.textContent = "Copy";
    }, SAID_FOR);
  };

  // New messages are read out by a polite announcer of the page, in words; the log itself stays silent.
  return createElement(
    "div",
    { ...rest, ref: box, role: "log", "aria-label": label, "aria-live": "off", "aria-busy": timeline.loading, tabIndex: 0, onScroll, onClick },
    children,
  );
}
