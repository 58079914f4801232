// The one store of a page, with everything that belongs to a browser: socket, storage, visibility, title.

import MarkdownIt from "markdown-it";
import env from "$/env.json";
import { title } from "./roomrows.js";
import { LiveStore } from "./store.js";
import { createTransfer } from "./transfer.js";
import { createTransport } from "./transport.js";

const KEY = Symbol.for("chatbeside.live");
const ANSWER_WITHIN = 15_000;
const EVERYWHERE = new Set(["localhost", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"]);

/**
 * Where the server is: the page's own origin, unless the page was built for a server elsewhere. In development the page
 * comes from another port than the server's.
 */
export function server() {
  const url = new URL(env.PING);
  if (import.meta.env?.PROD) return EVERYWHERE.has(url.hostname) ? window.location.origin : url.origin;
  if (EVERYWHERE.has(url.hostname)) url.hostname = window.location.hostname;
  return url.origin;
}

/** Ask the server by HTTP, with the session cookie and the header that only the own page can send. */
export function ask(path, { method = "POST", body, signal } = {}) {
  return fetch(server() + path, {
    method,
    signal,
    credentials: "include",
    headers: { "X-Chatbeside": "1", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** Ask by REST and read the answer. */
async function call(method, path, body) {
  const answer = await ask(path, { method, body, signal: AbortSignal.timeout(ANSWER_WITHIN) });
  return { ok: answer.ok, status: answer.status, data: await answer.json().catch(() => null) };
}

/** A client id: 128 random bits. Works without TLS too, where `crypto.randomUUID` is missing. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function storage() {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** The store of this page; only in a browser. The same whichever copy of this module asks. */
export function live() {
  globalThis[KEY] ??= create();
  return globalThis[KEY];
}

function create() {
  const origin = server();
  const store = new LiveStore({
    transport: createTransport(origin),
    call,
    transfer: createTransfer(origin, ask),
    storage: storage(),
    newId,
    MarkdownIt,
    base: origin === window.location.origin ? "" : origin,
  });
  const look = () => store.setView({ visible: !document.hidden, focused: document.hasFocus() });
  const wake = () => {
    look();
    if (!document.hidden) store.reconnect();
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("focus", look);
  window.addEventListener("blur", look);
  window.addEventListener("online", wake);
  window.addEventListener("pageshow", wake);
  window.addEventListener("pagehide", () => store.hide());
  window.addEventListener("storage", (event) => event.storageArea === storage() && store.stored(event.key));
  store.subscribe(() => showTotals(store.get("totals")));
  look();
  return store;
}

let shown;
function showTotals(totals) {
  if (totals === shown) return;
  shown = totals;
  document.title = title(document.title, totals);
  document.querySelector('link[rel="icon"]')?.setAttribute("href", totals.unread > 0 ? "/mark-dot.svg" : "/mark.svg");
  const badge = totals.unread > 0 ? navigator.setAppBadge?.(totals.unread) : navigator.clearAppBadge?.();
  badge?.catch(() => {});
}
