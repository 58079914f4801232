// The list of names or emoji over the composer while somebody writes "@" or ":".

import { createElement as h, useEffect, useRef, useState } from "react";
import { live } from "./browser.js";
import { asked, complete, emojiOptions, namesFor } from "./completing.js";
import { findEmoji, loadEmoji } from "./emoji.js";
import { useLive } from "./hooks.js";

const LIST = "completions";
const WHOLE = /(?:^|[^\p{L}\p{N}_:/])(:([a-z0-9_+-]{2,30}):)$/iu;

/**
 * Completion for a text field.
 *
 * @param field Ref of the textarea.
 * @returns `{list, keys, look, aria}`: the list to show, a handler of key presses that says whether it took one, what
 *   to call when text or caret changed, and attributes of the field.
 */
export function useCompletion(field) {
  const around = useLive("completion");
  const [ask, setAsk] = useState(null);
  const [at, setAt] = useState(0);
  const [table, setTable] = useState(null);
  const dismissed = useRef(-1);

  const kind = ask?.kind;
  useEffect(() => {
    if (kind === "name") live().hands.loadMembers();
    if (kind === "emoji" && !table) loadEmoji().then(setTable, () => {});
  }, [kind, table]);

  let options = [];
  if (kind === "name") options = namesFor(ask.query, around);
  else if (kind === "emoji" && table) options = emojiOptions(findEmoji(table, ask.query, { first: around.emoji }));
  const chosen = Math.min(at, options.length - 1);

  const write = (place, insert) => {
    const { current } = field;
    const done = complete(current.value, place, insert);
    live().setDraft(done.text);
    setAsk(null);
    // After React has put the text in place.
    requestAnimationFrame(() => {
      current.focus();
      current.setSelectionRange(done.caret, done.caret);
    });
  };

  const take = (option) => {
    if (ask.kind === "emoji") live().hands.note(option.id);
    write(ask, option.insert);
  };

  const look = () => {
    const { current } = field;
    if (current.selectionStart !== current.selectionEnd) {
      setAsk(null);
      return;
    }
    const caret = current.selectionStart;
    const whole = table && WHOLE.exec(current.value.slice(Math.max(0, caret - 64), caret));
    const found = whole && table.find((entry) => entry.code === whole[2].toLowerCase());
    if (found) {
      write({ from: caret - whole[1].length, to: caret }, found.emoji);
      return;
    }
    const next = asked(current.value, caret);
    if (next?.from !== dismissed.current) dismissed.current = -1;
    if (next?.query !== ask?.query || next?.kind !== ask?.kind) setAt(0);
    setAsk(dismissed.current >= 0 ? null : next);
  };

  const keys = (event) => {
    if (options.length === 0 || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "ArrowDown") setAt((chosen + 1) % options.length);
    else if (event.key === "ArrowUp") setAt((chosen - 1 + options.length) % options.length);
    else if (event.key === "Enter" || event.key === "Tab") take(options[chosen]);
    else if (event.key === "Escape") {
      dismissed.current = ask.from;
      setAsk(null);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };

  const list =
    options.length > 0 &&
    h(
      "ul",
      { id: LIST, role: "listbox", className: "compl", "aria-label": kind === "name" ? "People" : "Emoji" },
      options.map((option, i) =>
        h(
          "li",
          {
            key: option.id,
            id: `${LIST}-${i}`,
            role: "option",
            "aria-selected": i === chosen,
            // The field keeps the focus.
            onPointerDown: (event) => event.preventDefault(),
            onPointerMove: () => i !== chosen && setAt(i),
            onClick: () => take(option),
          },
          face(option),
          h("span", null, h("bdi", null, option.name)),
          h("span", { className: "mut" }, option.note),
        ),
      ),
    );

  const aria = list ? { "aria-controls": LIST, "aria-activedescendant": `${LIST}-${chosen}` } : {};
  return { list, keys, look, close: () => setAsk(null), aria: { "aria-autocomplete": "list", ...aria } };
}

function face(option) {
  if (option.picture) return h("span", { className: "av s28", "aria-hidden": true }, h("img", { src: option.picture, alt: "" }));
  if (option.sign === "users" || option.bot)
    return h("span", { className: "av s28 room", "aria-hidden": true }, h("svg", { className: "i" }, h("use", { href: option.bot ? "#i-at-sign" : "#i-users" })));
  return h("span", { className: "sign", "aria-hidden": true }, option.sign);
}
