// What people do to messages, for React and for Python (`chatbeside/ui/live/hands.py`): hooks and actions.

import { live } from "./browser.js";
import { copyText, focusComposer, useLive } from "./hooks.js";

export const useLiveTarget = () => useLive("target");
export const useLiveQuickEmoji = () => useLive("quick_emoji");
export const useLivePins = () => useLive("pins");
export const useLiveRoomFiles = () => useLive("room_files");
export const useLiveToasts = () => useLive("toasts");

const hands = () => live().hands;

export const liveVote = (id, emoji) => hands().vote(id, emoji);
export const liveClosePoll = (id) => hands().closePoll(id);
export const liveUnfold = (id) => {
  live().people.unfold(id);
  live().changed("people", "timeline");
};
export const liveReact = (id, emoji) => hands().react(id, emoji);
export const liveDelete = (id) => hands().remove(id);

export function livePin(id, on) {
  closeMenus();
  hands().pin(id, Boolean(on));
}

export const liveForward = (id, room) => void hands().forward(id, room);
export const liveCloseToast = (id) => hands().toasts.close(id);
/** Go to the message of a link once more, when the page is at its address already. */
export const liveSeek = (id) => live().seekAgain(id);

export function liveEdit(id) {
  closeMenus();
  if (hands().edit(id)) focusComposer({ atEnd: true });
}

export function liveCancelEdit() {
  hands().cancelEdit(live().place.room);
  focusComposer();
}

/** Answer a message: the composer shows it and has the focus. */
export function liveAnswer(id) {
  closeMenus();
  live().replyTo(id);
  focusComposer();
}

export const liveCopyMessage = (text) => copied(text, "The text is copied.");
export const liveCopyLink = (href) => copied(window.location.origin + href, "The link is copied. It opens for members of this conversation.");

async function copied(text, said) {
  closeMenus();
  const { toasts } = hands();
  if (await copyText(text)) toasts.say(said);
  else toasts.fail("This browser does not let the page copy. Select the text and copy it yourself.");
}

export function closeMenus() {
  for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
}

/** Open a menu beside what was pressed. */
export function liveOpenMenu(id) {
  const menu = document.getElementById(id);
  const anchor = document.activeElement;
  if (menu.matches(":popover-open")) {
    menu.hidePopover();
    return;
  }
  menu.showPopover();
  beside(menu, anchor);
  menu.querySelector("button, a")?.focus();
}

/** Open the picker for a message, or with "" for what is being written. */
export const liveOpenPicker = (message) => document.dispatchEvent(new CustomEvent(PICKER, { detail: { message, anchor: document.activeElement } }));

export const PICKER = "chatbeside:picker";

/** Put a floating element beside another one, within the window. */
export function beside(floating, anchor) {
  const gap = 6;
  const edge = 8;
  const box = anchor?.getBoundingClientRect?.() ?? { top: 0, bottom: 0, right: window.innerWidth };
  const { offsetWidth: width, offsetHeight: height } = floating;
  const below = box.bottom + gap + height <= window.innerHeight - edge;
  const top = below ? box.bottom + gap : Math.max(edge, box.top - gap - height);
  const rtl = document.documentElement.dir === "rtl";
  const start = rtl ? box.left : box.right - width;
  floating.style.top = `${Math.min(top, Math.max(edge, window.innerHeight - height - edge))}px`;
  floating.style.left = `${Math.max(edge, Math.min(start, window.innerWidth - width - edge))}px`;
}

/** Write something where the caret of the composer is. */
export function insertText(text) {
  const field = document.querySelector("textarea[data-live-composer]");
  if (!field) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/** Write an @ into the composer, which offers names then. */
export function liveBeginMention() {
  const field = document.querySelector("textarea[data-live-composer]");
  if (!field) return;
  const before = field.value.slice(0, field.selectionStart);
  insertText(before && !/\s$/.test(before) ? " @" : "@");
}
