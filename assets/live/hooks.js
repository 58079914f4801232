// The store for React: a hook a snapshot, a function an action. `chatbeside/ui/live` names them for Python.
// This module is also loaded where pages are rendered ahead, without a browser: nothing may touch `window` at import.

import { useSyncExternalStore } from "react";
import { pictureOf } from "./avatar.js";
import { ask, live, server } from "./browser.js";
import { EMPTY } from "./views.js";

const isBrowser = typeof window !== "undefined";
const never = () => () => {};

/** The snapshot called `name`, kept up to date. Before there is a browser, the empty one. */
export function useLive(name, ...args) {
  const store = isBrowser ? live() : null;
  return useSyncExternalStore(
    store ? store.subscribe : never,
    () => store.get(name, ...args),
    () => (name === "choice" ? args[1] : EMPTY[name]),
  );
}

export const useLiveMe = () => useLive("me");
export const useLiveConnection = () => useLive("connection");
export const useLiveCurrentRoom = () => useLive("current_room");
export const useLiveRooms = (filter) => useLive("rooms", filter);
export const useLiveRoomsReady = () => useLive("rooms_ready");
export const useLiveRoom = () => useLive("room");
export const useLiveMessageGroups = () => useLive("message_groups");
export const useLiveTimeline = () => useLive("timeline");
export const useLiveTyping = () => useLive("typing");
export const useLiveTypingText = () => useLive("typing_text");
export const useLiveDraft = () => useLive("draft");
export const useLiveComposer = () => useLive("composer");
export const useLiveTotals = () => useLive("totals");
export const useLiveAnnouncement = () => useLive("announcement");
export const useLiveChoice = (name, otherwise) => useLive("choice", name, otherwise);

export const liveAvatarUrl = (id, picture) => pictureOf(id, picture, isBrowser ? filesFrom() : "");

/** An action's last arguments may be those of the trigger it is tied to: only the named ones count. */
const isText = (value) => typeof value === "string";

export function liveSend() {
  sendIt();
  focusComposer();
}

export const EMPTIED = "chatbeside:emptied";

/** Send, or store what is edited; what is left empty by editing is to be deleted, after a question. */
export async function sendIt() {
  if ((await live().send()) === "empty") document.dispatchEvent(new CustomEvent(EMPTIED));
}

export function liveSetDraft(value) {
  const text = isText(value) ? value : value?.target?.value;
  if (isText(text)) live().setDraft(text);
}

export const liveRetry = (key) => live().retry(key);
export const liveDiscard = (key) => live().discard(key);

export function liveReplyTo(id) {
  live().replyTo(id);
  focusComposer();
}

export function liveCancelReply() {
  live().replyTo("");
  focusComposer();
}

export const liveOpenRoom = (room) => live().openRoom(isText(room) ? room : "");
export const liveLoadOlder = () => void live().loadOlder();
export const liveLoadNewer = () => void live().loadNewer();
export const liveJumpLatest = () => live().jumpLatest();
export const liveMarkRead = () => live().markRead();
export const liveTypingPing = () => live().typingPing();
export const liveReconnect = () => live().reconnect();
export const liveChoose = (name, value) => live().choose(name, isText(value) ? value : "");
export const liveToggle = (name, value) => live().choose(name, live().get("choice", name, "") === value ? "" : value);
export const liveCopyText = (text) => void copyText(text);

/** What the server keeps of this page for the framework belongs to the account: the next person begins anew. */
export function forgetPage() {
  window.sessionStorage.removeItem("token");
}

/** End the session, forget what this browser keeps of the account, and go to the log-in page. */
export async function liveLogOut() {
  const store = live();
  const answer = await ask("/api/auth/logout").catch(() => undefined);
  // 401, or refused meanwhile: there is no session any more, which is what was asked for.
  if (!answer?.ok && answer?.status !== 401 && !store.link.refused) {
    store.hands.toasts.fail("You could not be logged out. Try again.");
    return;
  }
  store.forget();
  forgetPage();
  window.location.assign("/login");
}

/** Copy to the clipboard; resolves to whether that worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function focusComposer({ atEnd = false } = {}) {
  const field = document.querySelector("textarea[data-live-composer]");
  field?.focus();
  // After React has put the text in place.
  if (field && atEnd) requestAnimationFrame(() => field.setSelectionRange(field.value.length, field.value.length));
}

function filesFrom() {
  const origin = server();
  return origin === window.location.origin ? "" : origin;
}
