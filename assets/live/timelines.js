// The timelines that this page keeps: the open room's, and those of a few rooms that were open before.

import { counts } from "./receipts.js";
import { Timeline } from "./timeline.js";

const KEPT = 8;

export class Timelines {
  #timelines = new Map();

  get(room) {
    return this.#timelines.get(room);
  }

  /** The room is opened: what is kept of it is shown at once. The room opened last is kept longest. */
  open(room, atBottom) {
    const timeline = this.#timelines.get(room) ?? new Timeline(room);
    timeline.atBottom = atBottom;
    this.#timelines.delete(room);
    this.#timelines.set(room, timeline);
    for (const kept of this.#timelines.keys()) {
      if (this.#timelines.size <= KEPT) break;
      this.#timelines.delete(kept);
    }
  }

  drop(room) {
    this.#timelines.delete(room);
  }

  clear() {
    this.#timelines.clear();
  }

  /** Whether the room of `head` is shown but not complete. */
  behind(head) {
    const timeline = head && this.#timelines.get(head.room);
    return Boolean(timeline?.loaded && (timeline.gap || timeline.rev < head.rev));
  }

  /** `{unread, mentions}` after `seq`, or undefined when the timeline does not show all of it. */
  unreadAfter(seq, head, me) {
    const timeline = this.#timelines.get(head.room);
    if (timeline?.lastSeq !== head.lastSeq) return undefined;
    const unread = timeline.countAfter(seq, (message) => counts(message, me));
    if (unread === undefined) return undefined;
    const mentions = timeline.countAfter(seq, (message) => counts(message, me) && message.mentions.includes(me));
    return { unread, mentions };
  }
}
