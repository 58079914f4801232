// The conversation list's rows and the head of the open room.

import { pictureOf } from "./avatar.js";
import { systemLine } from "./lines.js";
import { level } from "./notify.js";
import { FOLDED, href, summary } from "./rows.js";
import { TICK_TEXT, reach, tick } from "./receipts.js";

const FILTERS = {
  all: () => true,
  unread: (head) => head.unread > 0,
  rooms: (head) => head.kind !== "direct",
  people: (head) => head.kind === "direct",
};

// ISO times in UTC follow each other as their letters do.
const activity = (head) => head.lastMessage?.timestamp ?? "";
const compare = (a, b) => (a < b ? -1 : Number(a > b));
const byActivity = (a, b) => Number(b.pinned) - Number(a.pinned) || compare(activity(b), activity(a)) || compare(a.room, b.room);

export class RoomRows {
  #cache = new WeakMap();
  #words;
  #people;
  #clock;
  #base;

  constructor({ words, people, clock, base = "" }) {
    this.#words = words;
    this.#people = people;
    this.#clock = clock;
    this.#base = base;
  }

  /** The rows of the rooms that `filter` lets through. The open room stays in "unread" while it is open. */
  build({ heads, me, filter, current, drafts, typing, entries }) {
    const passes = FILTERS[filter] ?? FILTERS.all;
    const today = this.#words.dayNumber(this.#clock.now());
    return [...heads.values()]
      .filter((head) => passes(head) || (filter === "unread" && head.room === current))
      .sort(byActivity)
      .map((head) => this.#cached(head, { me, today, current, draft: drafts.text(head.room), typing: typing(head.room), entries: entries(head.room) }));
  }

  /** Most of the rows say the same as before whatever has happened: then they are not made again. */
  #cached(head, seen) {
    const { me, today, current, draft, typing, entries } = seen;
    const presence = head.peer ? this.#people.presence(head.peer._id) : "";
    const waiting = entries.map((entry) => entry.state).join();
    const signature = `${me}|${today}|${current === head.room}|${presence}|${typing.join()}|${waiting}|${this.#people.version}|${draft}`;
    const known = this.#cache.get(head);
    if (known?.signature === signature) return known.row;
    const row = this.#row(head, seen);
    this.#cache.set(head, { signature, row });
    return row;
  }

  #row(head, { me, current, draft, typing, entries }) {
    const last = head.lastMessage;
    const at = last ? Date.parse(last.timestamp) : 0;
    const mine = last?.sender === me;
    const own = mine && last.messageType === "text" && !last.deletedAt;
    const waiting = entries.find((entry) => entry.state === "failed") ?? entries.find((entry) => entry.state === "pending");
    const mark = waiting?.state ?? (own ? tick(last.seq, reach(head, me)) : "");
    return {
      ...this.#face(head, me),
      room: head.room,
      kind: head.kind,
      href: href(head.room),
      public: head.public,
      preview: last ? (last.messageType === "system" && !last.deletedAt ? systemLine(last, this.#people, me) : this.#people.folded(last) ? FOLDED : summary(last)) : head.topic,
      preview_who: last?.messageType === "text" ? (mine ? "You" : head.kind === "direct" ? "" : this.#people.name(last.sender)) : "",
      told: last?.messageType === "system",
      time: last ? this.#words.ago(at, this.#clock.now()) : "",
      iso: last ? last.timestamp : "",
      full_time: last ? this.#words.full(at) : "",
      unread: head.unread,
      mentions: head.mentions,
      muted: head.muted,
      pinned: head.pinned,
      draft: head.room === current ? "" : draft.slice(0, 140),
      tick: mark,
      tick_text: TICK_TEXT[mark],
      selected: head.room === current,
      typing: this.#words.typing(typing.map((id) => this.#people.name(id))),
    };
  }

  /** Every room as the quick switcher knows it; `handle` is the other person's name for mentions. */
  finds(heads, me) {
    return [...heads.values()].map((head) => ({
      ...this.#face(head, me),
      room: head.room,
      kind: head.kind,
      href: href(head.room),
      public: head.public,
      handle: head.peer ? `@${this.#people.get(head.peer._id).username}` : "",
      active: activity(head),
    }));
  }

  /**
   * The head of the open room. `ready` is whether the list of rooms is known, so that "missing" can be said; `gone` the
   * name that a room had which this person is not in any more; what was written there and cannot be sent is not lost.
   */
  view({ head, me, room, ready, gone = "", entries = [] }) {
    if (!head) {
      const unsent = entries.map((entry) => entry.content).filter(Boolean);
      return { ...NO_ROOM, room, missing: Boolean(room) && ready, gone, unsent: unsent.join("\n\n") };
    }
    const face = this.#face(head, me);
    const members = head.memberCount === 1 ? "Only you" : `${head.memberCount} people`;
    const words = { online: "Online", away: "Away", offline: "Offline", "": "Not known" };
    return {
      ...face,
      room,
      missing: false,
      kind: head.kind,
      topic: head.topic,
      public: head.public,
      archived: Boolean(head.archivedAt),
      peer_id: head.peer?._id ?? "",
      status: head.kind === "direct" ? (face.bot ? "Assistant" : (words[face.presence] ?? "")) : head.topic || members,
      members: head.memberCount,
      role: head.role,
      muted: head.muted,
      pinned: head.pinned,
      notify: head.notify,
      gone: "",
      unsent: "",
      placeholder: face.bot ? `Ask ${face.name}` : `Message to ${face.name}`,
      can_send: !head.archivedAt,
    };
  }

  #face(head, me) {
    const { peer } = head;
    if (head.kind !== "direct" || !peer) {
      return { name: head.name, avatar_id: head.room, avatar_url: pictureOf("", head.avatar, this.#base), bot: false, presence: "" };
    }
    return {
      name: peer._id === me ? `${this.#people.name(peer._id)} (you)` : this.#people.name(peer._id),
      avatar_id: peer._id,
      avatar_url: this.#people.picture(peer._id),
      bot: peer.bot,
      presence: peer.bot ? "" : this.#people.presence(peer._id),
    };
  }
}

export const NO_ROOM = Object.freeze({
  room: "",
  missing: false,
  kind: "",
  name: "",
  topic: "",
  public: false,
  archived: false,
  peer_id: "",
  avatar_id: "",
  avatar_url: "",
  bot: false,
  presence: "",
  status: "",
  members: 0,
  role: "",
  muted: false,
  pinned: false,
  notify: "",
  gone: "",
  unsent: "",
  placeholder: "",
  can_send: false,
});

/** What is unread over all rooms, as far as they may tell of it: a muted room counts only where it mentions. */
export function totals(heads) {
  let unread = 0;
  let mentions = 0;
  let rooms = 0;
  for (const head of heads.values()) {
    const how = level(head);
    const counted = how === "all" ? head.unread : how === "mentions" ? head.mentions : 0;
    if (counted === 0) continue;
    unread += counted;
    mentions += head.mentions;
    rooms += 1;
  }
  return { unread, mentions, rooms };
}

/** The page's title with the number of unread messages before it. */
export function title(base, { unread }) {
  const bare = base.replace(/^\(\d+\+?\) /, "");
  return unread > 0 ? `(${unread > 99 ? "99+" : unread}) ${bare}` : bare;
}
