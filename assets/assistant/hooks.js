// The assistant for React: a hook a snapshot, a function an action. `chatbeside/ui/assistant` names them for Python.
// This module is also loaded where pages are rendered ahead, without a browser: nothing may touch `window` at import.

import { useEffect, useSyncExternalStore } from "react";
import { focusComposer } from "../live/hooks.js";
import { assistant } from "./browser.js";
import { EMPTY } from "./store.js";

const isBrowser = typeof window !== "undefined";
const never = () => () => {};

function useAssistant(name, id) {
  const store = isBrowser ? assistant() : null;
  return useSyncExternalStore(
    store ? store.subscribe : never,
    () => store.get(name, id),
    () => EMPTY[name],
  );
}

export const useAssistantAnswer = (id) => useAssistant("answer", id);
export const useAssistantStreams = () => useAssistant("streams");
export const useAssistantStream = (id) => useAssistant("stream", id);
export const useAssistantCompletion = () => useAssistant("completion");
export const useAssistantNotice = () => useAssistant("notice");
export const useAssistantStatus = () => useAssistant("status");

export const assistantStop = (id) => void assistant().stop(id);
export const assistantAgain = (message) => void assistant().again(message);
export const assistantSwitch = (on) => void assistant().switchTo(on === true || on === "on");
export const assistantDismissNotice = () => assistant().dismissNotice();

export function assistantPick(name) {
  assistant().pick(name);
  focusComposer();
}

/** A number in a text leads where its chip below leads; the chip is a link of the page's own, which loads nothing anew. */
function followNumber(event) {
  const number = event.target.closest?.("a[data-cite]");
  if (!number || event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
  const chip = number.closest("article")?.querySelector(`.srcs a[data-n="${number.dataset.cite}"]`);
  if (chip) {
    event.preventDefault();
    chip.click();
  }
}

/**
 * Shows nothing. Tells the store which commands there are, lets the arrow keys, Tab, Enter and Escape work in their
 * list while the text field has the focus, and follows the numbers of sources in texts.
 */
export function AssistantKeys({ commands }) {
  useEffect(() => {
    assistant().commands = commands;
    const onKeyDown = (event) => {
      if (!event.target.matches?.("textarea[data-live-composer]") || event.isComposing || event.keyCode === 229) return;
      const { open, options } = assistant().get("completion");
      if (!open) return;
      const act = {
        ArrowDown: () => assistant().move(1),
        ArrowUp: () => assistant().move(-1),
        Tab: () => assistant().pick(),
        Escape: () => assistant().dismiss(),
        // A whole word is sent as it is; a beginning is completed first.
        Enter: options.some(({ name }) => `/${name}` === event.target.value) ? undefined : () => assistant().pick(),
      }[event.key];
      if (!act || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    };
    // Before the field's own keys: while the list is open they belong to it.
    document.addEventListener("keydown", onKeyDown, true);
    document.addEventListener("click", followNumber);
    return () => {
      document.removeEventListener("keydown", onKeyDown, true);
      document.removeEventListener("click", followNumber);
    };
  }, [commands]);
  return null;
}
