// The actions of a message: one bar for the whole log, drawn into the row that is under the pointer or has the focus,
// a sheet after a long press, and the keys that move among messages.

import { useEffect, useLayoutEffect, useState } from "react";
import { createPortal } from "react-dom";
import { openDialog } from "../ui/dialogs.js";
import { live } from "./browser.js";
import { liveAnswer, liveEdit } from "./handhooks.js";
import { EMPTIED, focusComposer, useLive } from "./hooks.js";

const LONG_PRESS = 450;
const MOST_MOVED = 10;

const useEarlyEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

const rowOf = (element) => element?.closest?.("[role=log] article[data-key]") ?? null;
const rows = () => [...document.querySelectorAll("[role=log] article[data-key]")];
/** While a menu, the picker or a dialog is open, the message stays the one that it was opened for. */
const held = () => document.querySelector("dialog[open], :popover-open") !== null;
const point = (row) => live().hands.point(row?.dataset.key ?? "");

export function LiveRowTools({ sheet, remove, children }) {
  const { key } = useLive("target");
  const messages = useLive("messages");
  const [host, setHost] = useState(null);

  useEarlyEffect(() => {
    setHost(key ? document.querySelector(`[role=log] article[data-key="${CSS.escape(key)}"]`) : null);
  }, [key, messages]);

  useEffect(() => listen({ sheet, remove }), [sheet, remove]);

  return host ? createPortal(children, host) : null;
}

function listen({ sheet, remove }) {
  const ending = new AbortController();
  const on = (name, work, options) => document.addEventListener(name, work, { signal: ending.signal, ...options });

  on("pointerover", (event) => {
    if (event.pointerType !== "mouse" || held()) return;
    const row = rowOf(event.target);
    if (row) point(row);
    else if (!event.target.closest?.("[role=log]")) point(rowOf(document.activeElement));
  });
  on("focusin", (event) => {
    const row = rowOf(event.target);
    if (row && !held()) point(row);
  });
  on("keydown", (event) => pressed(event, remove));

  // What is left empty by editing is to be deleted.
  on(EMPTIED, () => openDialog(remove));

  longPress(on, (row) => {
    point(row);
    navigator.vibrate?.(10);
    openDialog(sheet);
  });

  return () => ending.abort();
}

/** Calls `reached` with a row on which a finger rests. */
function longPress(on, reached) {
  let timer;
  let from = null;
  const end = () => {
    clearTimeout(timer);
    from = null;
  };
  on("pointerdown", (event) => {
    end();
    const row = rowOf(event.target);
    if (event.pointerType === "mouse" || !event.isPrimary || !row || held()) return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      from = null;
      // The finger is lifted over what it opened: that is no press.
      document.addEventListener("click", swallow, { capture: true, once: true });
      document.addEventListener("pointerdown", () => document.removeEventListener("click", swallow, { capture: true }), { capture: true, once: true });
      reached(row);
    }, LONG_PRESS);
  });
  on("pointermove", (event) => {
    if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOST_MOVED) end();
  });
  on("pointerup", end);
  on("pointercancel", end);
  on("scroll", end, { capture: true });
  // The browser's own menu of a long press would lie over ours.
  on("contextmenu", (event) => {
    if (rowOf(event.target) && (from || held()) && window.matchMedia("(hover: none)").matches) event.preventDefault();
  });
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function pressed(event, remove) {
  const log = event.target.closest?.("[role=log]");
  if (!log || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
  const row = rowOf(event.target);
  const bar = event.target.closest("[role=toolbar]");
  if (event.target.closest("[popover]")) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") moveIn(event, event.target.closest("[popover]"), event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (bar && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
    const forward = (event.key === "ArrowRight") !== (getComputedStyle(bar).direction === "rtl");
    moveIn(event, bar, forward ? 1 : -1);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    walk(event, log, row, event.key === "ArrowDown" ? 1 : -1);
  } else if (row && event.key === "Escape") {
    event.preventDefault();
    if (bar) row.focus();
    else focusComposer();
  } else if (row && row === event.target) act(event, row, remove);
}

/** Move the focus among the buttons of a bar or a menu. */
function moveIn(event, group, by) {
  event.preventDefault();
  const all = [...group.querySelectorAll("button, a")].filter((item) => item.checkVisibility());
  const next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
  next?.focus();
}

/** Move the focus among the messages; below the last one is the composer. */
function walk(event, log, row, by) {
  const all = rows();
  if (all.length === 0) return;
  event.preventDefault();
  const bottom = log.getBoundingClientRect().bottom;
  const at = row ? all.indexOf(row) + by : all.findLastIndex((other) => other.getBoundingClientRect().top < bottom);
  if (at >= all.length) focusComposer();
  else if (at >= 0) {
    all[at].focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  }
}

/** The keys of a message that has the focus. */
function act(event, row, remove) {
  const { id, can_reply: reply, can_edit: edit, can_delete: gone } = live().get("target");
  if (event.key === "Home") rows()[0]?.focus();
  else if (event.key === "End") rows().at(-1)?.focus();
  else if (event.key === "Enter") row.querySelector("[role=toolbar] button")?.focus();
  else if (event.key === "r" && reply) liveAnswer(id);
  else if (event.key === "e" && edit) liveEdit(id);
  else if (event.key === "Delete" && gone) openDialog(remove);
  else return;
  event.preventDefault();
}
