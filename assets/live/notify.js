// What is worth telling somebody who does not look: by the level of the conversation, and only when nobody reads it
// here or on another device within a moment. No page is touched here; how something is shown is handed in.

import { summary } from "./rows.js";

/** Milliseconds for another device, where the person may be reading, to say so. */
export const QUIET = 2500;
const TEXT_MOST = 140;
const MISSED = new Set(["missed", "cancelled", "busy"]);

/** What a conversation may tell of: "all", "mentions" or "none". A muted one tells of mentions at most. */
export function level({ muted, notify }) {
  if (notify === "none") return "none";
  return muted ? "mentions" : notify || "all";
}

/** Whether a message is worth telling `me` at the level of its conversation. */
export function worth(message, head, me) {
  if (message.sender === me || message.deletedAt || !(message.messageType === "text" || missed(message))) return false;
  if (message.seq <= head.readSeq) return false;
  const how = level(head);
  return how === "all" || (how === "mentions" && (message.mentions ?? []).includes(me));
}

/** Whether it is the entry of a call that the one who was called has missed; as chatbeside/domain/calls.py has it. */
function missed({ messageType, data }) {
  return messageType === "call" && MISSED.has(data?.reason) && !data.seconds;
}

export class Notifier {
  #store;
  #timers;
  #show;
  #hide;
  /** room id -> {timer, messages} */
  #waiting = new Map();
  /** Rooms of which something is shown. */
  #shown = new Set();

  /**
   * @param store The live store. @param timers `{setTimeout, clearTimeout}`.
   * @param show Shows `{room, title, body}`, in place of what it showed of that room before.
   * @param hide Takes away what is shown of a room.
   */
  constructor({ store, timers = globalThis, show, hide }) {
    this.#store = store;
    this.#timers = timers;
    this.#show = show;
    this.#hide = hide;
  }

  /** Take an event of the server, after the store has. */
  hear(name, data) {
    if (name === "chat message") this.#arrived(data);
    else if (name === "session ended") this.stop();
  }

  /** Take back what has been read meanwhile, here or elsewhere. */
  look() {
    for (const room of [...this.#shown]) {
      const head = this.#store.heads.get(room);
      if (head && head.unread > 0) continue;
      this.#shown.delete(room);
      this.#hide(room);
    }
  }

  stop() {
    for (const { timer } of this.#waiting.values()) this.#timers.clearTimeout(timer);
    this.#waiting.clear();
    for (const room of this.#shown) this.#hide(room);
    this.#shown.clear();
  }

  #arrived(message) {
    const { room } = message;
    const head = this.#store.heads.get(room);
    if (!head || this.#store.people.blocked(message.sender) || this.#seen(room) || !worth(message, head, this.#store.me._id)) return;
    const waiting = this.#waiting.get(room);
    if (waiting) {
      waiting.messages.push(message);
      return;
    }
    const timer = this.#timers.setTimeout(() => this.#due(room), QUIET);
    this.#waiting.set(room, { timer, messages: [message] });
  }

  #due(room) {
    const { messages } = this.#waiting.get(room);
    this.#waiting.delete(room);
    const { heads, me, people } = this.#store;
    const head = heads.get(room);
    if (!head || !me || this.#seen(room)) return;
    const left = messages.filter((message) => worth(message, head, me._id));
    if (left.length === 0) return;
    const last = left.at(-1);
    const name = people.name(last.sender);
    const more = left.length > 1 ? ` (and ${left.length - 1} more)` : "";
    this.#shown.add(room);
    this.#show({ room, title: head.kind === "direct" ? name : `${name} in ${head.name}`, body: short(summary(last)) + more });
  }

  /** Whether somebody has the conversation before their eyes here. */
  #seen(room) {
    const { place } = this.#store;
    return place.here && place.room === room;
  }
}

function short(text) {
  const letters = [...text];
  return letters.length > TEXT_MOST ? `${letters.slice(0, TEXT_MOST - 1).join("")}…` : text;
}
