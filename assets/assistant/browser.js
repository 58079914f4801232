// The one assistant store of a page; only in a browser.

import MarkdownIt from "markdown-it";
import { live } from "../live/browser.js";
import { createMarkdown } from "../live/markdown.js";
import { AssistantStore } from "./store.js";

const KEY = Symbol.for("chatbeside.assistant");

export function assistant() {
  globalThis[KEY] ??= create();
  return globalThis[KEY];
}

function create() {
  return new AssistantStore({
    live: live(),
    // A small cache of its own: texts that are there for a fifteenth of a second must not push out those that stay.
    markdown: createMarkdown(MarkdownIt, { capacity: 8 }),
    timers: { setTimeout: (...args) => window.setTimeout(...args) },
    newId: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
}
