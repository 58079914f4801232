// What is said of a call of a room when there is none any more, or none could be begun. It comes with the page: it must
// also be able to say that what a call needs could not be fetched.

import { createElement as h, useEffect } from "react";
import { icon } from "../ui/icon.js";
import { groups } from "./browser.js";

export function Notice({ notice }) {
  useEffect(() => {
    const timer = setTimeout(() => groups().dismiss(), 12_000);
    return () => clearTimeout(timer);
  }, [notice]);
  return h(
    "section",
    { className: "call-end", "aria-label": "The call" },
    h("span", { className: "av room s48" }, icon("phone")),
    h("div", { role: "status" }, h("h2", null, notice.title), notice.line ? h("p", null, notice.line) : null),
    h("button", { type: "button", className: "ib", title: "Close", "aria-label": "Close", onClick: () => groups().dismiss() }, icon("x")),
  );
}
