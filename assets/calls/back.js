// On the pages beside the chat: that a call goes on, or that somebody calls, and the way to it. The sound is played there too.

import { createElement as h, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { groups } from "../group/browser.js";
import { icon } from "../ui/icon.js";
import { calls } from "./browser.js";
import { backTo } from "./goingon.js";

const isBrowser = typeof window !== "undefined";

function useWords() {
  const watch = (changed) => {
    const ends = [calls().subscribe(changed), groups().subscribe(changed)];
    return () => ends.forEach((end) => end());
  };
  return useSyncExternalStore(isBrowser ? watch : () => () => {}, () => backTo(calls().view, groups().session), () => "");
}

export function CallBack() {
  const words = useWords();
  const navigate = useNavigate();
  if (!words) return null;
  return h(
    "section",
    { className: "call-end back", "aria-label": "The call" },
    h("span", { className: "av room s48" }, icon("phone")),
    h("div", { role: "status" }, h("h2", null, words)),
    h("button", { type: "button", className: "btn pri", onClick: () => navigate("/") }, "Back to the call"),
  );
}
