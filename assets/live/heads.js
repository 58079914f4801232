// The conversation list's truth: one head a room (its `RoomWire`), kept by the same rule as the timelines.

import { COUNTABLE, POINTERS_SHARED, counts } from "./receipts.js";
import { Cursor } from "./timeline.js";

export class Heads {
  /** room id -> RoomWire; a head is replaced, never changed. */
  rooms = new Map();
  /** The names of rooms that this person was in while the page was there, and is not any more. */
  gone = new Map();
  ready = false;
  #cursors = new Map();
  #me = "";
  #exact;
  #unsure;
  #arrived;

  /**
   * @param exact `(room, seq) => number | undefined`: unread after `seq` when the loaded timeline shows it.
   * @param unsure Called with a room whose unread count only the server knows now.
   * @param arrived Called with `(head, message)` for every new message, in order.
   */
  constructor({ exact, unsure, arrived }) {
    this.#exact = exact;
    this.#unsure = unsure;
    this.#arrived = arrived;
  }

  get(room) {
    return this.rooms.get(room);
  }

  gap(room) {
    return this.#cursors.get(room)?.gap ?? false;
  }

  /** The list as the server told it at connection; rooms that are missing from it are gone. Returns those. */
  replaceAll(rooms, me) {
    if (me !== this.#me) this.gone.clear();
    this.#me = me;
    this.ready = true;
    const gone = [...this.rooms.keys()].filter((id) => !rooms.some((room) => room.room === id));
    for (const id of gone) this.remove(id);
    for (const room of rooms) this.put(room);
    return gone;
  }

  remove(room) {
    if (this.rooms.has(room)) this.gone.set(room, this.rooms.get(room).name);
    this.rooms.delete(room);
    this.#cursors.delete(room);
  }

  /** A room as the server sees it. What is known to be newer here stays. */
  put(wire) {
    const known = this.rooms.get(wire.room);
    const cursor = this.#cursors.get(wire.room) ?? new Cursor();
    this.#cursors.set(wire.room, cursor);
    this.gone.delete(wire.room);
    let head = wire;
    if (known) {
      head = { ...wire, receipts: merged(known.receipts, wire.receipts) };
      if (wire.rev < cursor.rev) {
        const { lastSeq, rev, lastMessage, unread, mentions, readSeq } = known;
        head = { ...head, lastSeq, rev, lastMessage, unread, mentions, readSeq };
      }
    }
    this.rooms.set(wire.room, head);
    cursor.reach(wire.rev, (message) => this.#apply(wire.room, message));
    const read = Math.max(known?.readSeq ?? 0, wire.readSeq);
    // Read here but not yet there: asking would give the same answer again.
    if (read > this.get(wire.room).readSeq) this.#readTo(wire.room, read, { ask: false });
  }

  /** Take a live change. Returns "known", "done", "gap", or "unknown" for a room that is not in the list. */
  receive(message) {
    const cursor = this.#cursors.get(message.room);
    if (!cursor) return "unknown";
    return cursor.take(message, (change) => this.#apply(message.room, change));
  }

  /** Take somebody's pointers; they only rise. Returns whether anything changed that is shown. */
  receipt(room, { user, readSeq, deliveredSeq }) {
    const head = this.get(room);
    if (!head) return false;
    const known = head.receipts.find((receipt) => receipt.user === user);
    if (known && known.readSeq >= readSeq && known.deliveredSeq >= deliveredSeq) return false;
    this.rooms.set(room, { ...head, receipts: merged(head.receipts, [{ user, readSeq, deliveredSeq }]) });
    if (user !== this.#me) return true;
    // Mostly the echo of what was read here: then it is shown already.
    if (readSeq <= head.readSeq) return false;
    this.#readTo(room, readSeq);
    return true;
  }

  /** This person has read up to `seq`, here and now. */
  read(room, seq) {
    const head = this.get(room);
    if (head && seq > head.readSeq) this.#readTo(room, seq);
  }

  #readTo(room, seq, { ask = true } = {}) {
    const head = this.get(room);
    let unread = 0;
    let mentions = 0;
    if (seq < head.lastSeq) {
      const exact = this.#exact(room, seq);
      if (exact) ({ unread, mentions } = exact);
      else {
        unread = Math.min(head.unread, head.lastSeq - seq);
        mentions = Math.min(head.mentions, unread);
        if (ask) this.#unsure(room);
      }
    }
    this.rooms.set(room, { ...head, readSeq: seq, unread, mentions });
  }

  #apply(room, message) {
    const head = this.get(room);
    const next = { ...head, rev: message.rev };
    if (message.seq > head.lastSeq) {
      next.lastSeq = message.seq;
      next.lastMessage = message;
      if (message.sender !== this.#me) next.receipts = said(head, message);
      if (message.seq > head.readSeq && counts(message, this.#me)) {
        next.unread += 1;
        if (message.mentions.includes(this.#me)) next.mentions += 1;
      }
      this.rooms.set(room, next);
      this.#arrived(next, message);
      return;
    }
    if (head.lastMessage?._id === message._id) next.lastMessage = message;
    this.rooms.set(room, next);
    const edited = message.deletedAt || message.editedAt;
    if (edited && message.seq > head.readSeq && message.sender !== this.#me) this.#unsure(room);
  }
}

/** Who else says something has read so far: the server tells that to the sender's own devices only. */
function said({ receipts, memberCount }, { sender, seq, messageType }) {
  if (!COUNTABLE.has(messageType) || memberCount > POINTERS_SHARED) return receipts;
  return merged(receipts, [{ user: sender, readSeq: seq, deliveredSeq: seq }]);
}

function merged(known, told) {
  const pointers = new Map(known.map((receipt) => [receipt.user, receipt]));
  for (const { user, readSeq, deliveredSeq } of told) {
    const before = pointers.get(user);
    pointers.set(user, {
      user,
      readSeq: Math.max(before?.readSeq ?? 0, readSeq),
      deliveredSeq: Math.max(before?.deliveredSeq ?? 0, deliveredSeq),
    });
  }
  return [...pointers.values()];
}
