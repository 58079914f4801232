// A button that copies an address of this server, or what a field holds, and says for a moment that it did.
import { Fragment, createElement as h, useEffect, useState } from "react";

const SAID_FOR = 2500;

/** `path` is what of this server to copy; without it, its bare address. Or `field` is the id of a field. */
export function CopyButton({ label, done, path = "", field = "", className, children }) {
  const [said, say] = useState("");

  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(""), SAID_FOR);
    return () => clearTimeout(timer);
  }, [said]);

  const copy = () => {
    const from = field && document.getElementById(field);
    const text = from ? from.value : location.origin + path;
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
