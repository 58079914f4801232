// A button that copies an address of this server and says for a moment that it did.
import { Fragment, createElement as h, useEffect, useState } from "react";

const SAID_FOR = 2500;

/** `path` is what of this server to copy; without it, its bare address. */
export function CopyButton({ label, done, path = "", className, children }) {
  const [said, say] = useState("");

  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(""), SAID_FOR);
    return () => clearTimeout(timer);
  }, [said]);

  const copy = () =>
    // Without TLS a browser has no clipboard for pages; then the address is shown for copying by hand.
    (navigator.clipboard?.writeText(location.origin + path) ?? Promise.reject()).then(
      () => say(done),
      () => say(location.origin + path),
    );

  return h(
    Fragment,
    null,
    h("button", { type: "button", className, onClick: copy }, children, h("span", null, said || label)),
    h("span", { role: "status", className: "hide" }, said),
  );
}
