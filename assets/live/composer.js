// The text field of the open room. Its text is the store's draft, so that it survives reloads and changes of room.

import { Fragment, createElement, useEffect, useLayoutEffect, useRef } from "react";
import { live } from "./browser.js";
import { useCompletion } from "./completion.js";
import { attachFiles } from "./filehooks.js";
import { focusComposer, sendIt, useLive } from "./hooks.js";

const useEarlyEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** Whether a key press belongs to an input method, which uses Enter for its own ends. */
const composing = (event) => event.nativeEvent.isComposing || event.keyCode === 229;

/** On a touch screen there is no Shift: Enter breaks the line and the button sends. */
const touch = () => window.matchMedia("(hover: none) and (pointer: coarse)").matches;

/** Make a field as high as its text, up to so many lines. */
function grow(field, maxLines) {
  const style = getComputedStyle(field);
  const frame = parseFloat(style.paddingBlockStart) + parseFloat(style.paddingBlockEnd);
  const line = parseFloat(style.lineHeight) || 1.5 * parseFloat(style.fontSize);
  const most = Math.ceil(maxLines * line + frame);
  field.style.height = "auto";
  const wanted = field.scrollHeight;
  field.style.height = `${Math.min(wanted, most)}px`;
  field.style.overflowY = wanted > most ? "auto" : "hidden";
}

export function LiveComposerTextarea({ placeholder, label, maxLines = 8, describedBy, ...rest }) {
  const { text, too_long: tooLong, reply, editing } = useLive("composer");
  const room = useLive("current_room");
  const field = useRef(null);
  const completion = useCompletion(field);

  useEarlyEffect(() => {
    const fit = () => grow(field.current, maxLines);
    fit();
    // A phone that is turned, or a window that is pulled, breaks the lines elsewhere.
    window.addEventListener("resize", fit);
    return () => window.removeEventListener("resize", fit);
  }, [text, room, maxLines]);

  // A room is opened to talk in it, unless the focus is where somebody is choosing among rooms.
  useEffect(() => {
    if (room && !touch() && document.activeElement === document.body) field.current.focus();
  }, [room]);

  const onKeyDown = (event) => {
    if (composing(event) || completion.keys(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !touch()) {
      event.preventDefault();
      sendIt();
    } else if (event.key === "ArrowUp" && text === "" && !editing && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      if (!live().hands.editLast()) return;
      event.preventDefault();
      focusComposer({ atEnd: true });
    } else if (event.key === "Escape" && editing) {
      event.stopPropagation();
      live().hands.cancelEdit(room);
    } else if (event.key === "Escape" && reply.id) {
      event.stopPropagation();
      live().replyTo("");
    }
  };

  // A copied table comes as text and as a picture of it: then the text is meant.
  const onPaste = (event) => {
    const { files, types } = event.clipboardData;
    if (files.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    attachFiles(files);
  };

  const area = createElement("textarea", {
    ...rest,
    ref: field,
    rows: 1,
    value: text,
    placeholder,
    dir: "auto",
    enterKeyHint: "send",
    autoComplete: "off",
    "aria-label": label,
    "aria-describedby": describedBy,
    "aria-invalid": tooLong || undefined,
    "data-live-composer": "",
    ...completion.aria,
    onChange: (event) => {
      live().setDraft(event.target.value);
      completion.look();
    },
    onSelect: completion.look,
    onBlur: completion.close,
    onKeyDown,
    onPaste,
  });
  return createElement(Fragment, null, completion.list, area);
}
