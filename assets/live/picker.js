// The emoji picker: a search field over a grid. What was used last is there at once; the whole table is fetched
// when the picker is first opened.

import { createElement as h, useEffect, useMemo, useRef, useState } from "react";
import { icon } from "../ui/icon.js";
import { live } from "./browser.js";
import { findEmoji, grouped, loadEmoji, quick } from "./emoji.js";
import { PICKER, beside, insertText } from "./handhooks.js";

const COLUMNS = 8;
const FOUND = 64;

export function LiveEmojiPicker() {
  const box = useRef(null);
  const list = useRef(null);
  const purpose = useRef({ message: "", anchor: null });
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [table, setTable] = useState(null);
  const [trouble, setTrouble] = useState(false);

  useEffect(() => {
    const asked = ({ detail }) => {
      purpose.current = detail;
      setQuery("");
      setAt(0);
      setTrouble(false);
      setOpen(true);
      loadEmoji().then(setTable, () => setTrouble(true));
    };
    document.addEventListener(PICKER, asked);
    return () => document.removeEventListener(PICKER, asked);
  }, []);

  useEffect(() => {
    if (!open) return;
    const { current } = box;
    if (!current.matches(":popover-open")) current.showPopover();
    beside(current, purpose.current.anchor);
    current.querySelector("input").focus();
  }, [open]);

  const groups = useMemo(() => {
    if (!open) return [];
    const recent = { title: "Recent", list: quick(live().hands.recent, 16).map((emoji) => ({ emoji, name: table?.find((entry) => entry.emoji === emoji)?.name ?? emoji })) };
    if (!table) return [recent];
    if (!query.trim()) return [recent, ...grouped(table)];
    return [{ title: "Found", list: findEmoji(table, query, { most: FOUND, first: live().hands.recent }) }];
  }, [open, table, query]);
  const all = groups.flatMap((group) => group.list);
  const chosen = Math.min(at, all.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const pick = (entry) => {
    const { message } = purpose.current;
    box.current.hidePopover();
    if (message) live().hands.react(message, entry.emoji);
    else {
      live().hands.note(entry.emoji);
      insertText(entry.emoji);
    }
  };

  const closed = (event) => {
    if (event.newState !== "closed") return;
    setOpen(false);
    const { anchor } = purpose.current;
    if (anchor?.isConnected && (document.activeElement === document.body || box.current.contains(document.activeElement))) anchor.focus();
  };

  const onKeyDown = (event) => {
    if (event.nativeEvent.isComposing || all.length === 0) return;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    // Within words that are typed the arrows move the caret.
    if (step && !(query && Math.abs(step) === 1 && event.target.selectionStart !== query.length)) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(all.length - 1, chosen + step)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(all[chosen]);
    }
  };

  let place = 0;
  const cell = (entry) => {
    const index = place;
    place += 1;
    return h(
      "button",
      { key: entry.emoji, id: `emoji-${index}`, type: "button", role: "option", tabIndex: -1, title: entry.code ? `${entry.name}  :${entry.code}:` : entry.name, "aria-label": entry.name, "aria-selected": index === chosen, onClick: () => pick(entry) },
      entry.emoji,
    );
  };

  return h(
    "div",
    { ref: box, popover: "auto", className: "picker", role: "dialog", "aria-label": "Emoji", onToggle: closed },
    open && [
      h("div", { key: "q", className: "picker-q" },
        icon("search"),
        h("input", {
          type: "text",
          role: "combobox",
          placeholder: "Find an emoji",
          value: query,
          autoComplete: "off",
          spellCheck: false,
          "aria-label": "Find an emoji",
          "aria-expanded": true,
          "aria-controls": "emoji-list",
          "aria-activedescendant": all.length > 0 ? `emoji-${chosen}` : undefined,
          onChange: (event) => {
            setQuery(event.target.value);
            setAt(0);
          },
          onKeyDown,
        })),
      h("div", { key: "l", ref: list, id: "emoji-list", className: "picker-l", role: "listbox", "aria-label": "Emoji" },
        groups.map((group) => h("div", { key: group.title, role: "group", "aria-label": group.title }, h("h3", { "aria-hidden": true }, group.title), h("div", { className: "grid" }, group.list.map(cell))))),
      h("p", { key: "s", className: "picker-s", role: "status" }, trouble ? "The other emoji could not be fetched. Close this and try again." : !table ? "Fetching the others…" : all.length === 0 ? "No emoji has this name." : all[chosen].name),
    ],
  );
}
