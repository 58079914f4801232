// A button that copies an address of this server, or what a field holds, and says for a moment that it did.
import { Fragment, createElement as h, useEffect, useState } from "react";

const SAID_FOR = 2500;

/** The address of a `path` of this server; what is a whole address already stays as it is. */
const whole = (path) => new URL(path, location.origin).href;

export const WholeAddress = ({ path }) => whole(path);

/** `path` is what of this server to copy, or a whole address; without it, the bare one. Or `field` is a field's id. */
export function CopyButton({ label, done, path = "", field = "", className, children }) {
  const [said, say] = useState("");

  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(""), SAID_FOR);
    return () => clearTimeout(timer);
  }, [said]);

  const copy = () => {
    const from = field && document.getElementById(field);
    const text = from ? from.value : path ? whole(path) : location.origin;
    // Without TLS a browser has no clipboard for pages; then it is shown, or marked, for copying by hand.
    const byHand = () => {
      from?.select();
      say(from ? "Copy what is marked" : text);
    };
    (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => say(done), byHand);
  };

  return h(
    Fragment,
    null,
    h("button", { type: "button", className, onClick: copy }, children, h("span", null, said || label)),
    h("span", { role: "status", className: "hide" }, said),
  );
}
