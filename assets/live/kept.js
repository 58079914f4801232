// Messages of the open room that belong together (the pinned ones, those with files): asked for once, then kept by what
// is heard.

export class Kept {
  #rooms = new Map();
  #call;
  #path;
  #read;
  #belongs;
  #order;
  #most;
  #changed;

  /**
   * @param call `(method, path) => Promise<{ok, data}>`; rejects when no answer came.
   * @param path `(room) => path` that answers with them. @param read Takes the messages out of the answer.
   * @param belongs Whether a message is one of them. @param order Compares two, for their order. @param most How many are kept.
   */
  constructor({ call, path, read, belongs, order, most = Infinity, changed }) {
    this.#call = call;
    this.#path = path;
    this.#read = read;
    this.#belongs = belongs;
    this.#order = order;
    this.#most = most;
    this.#changed = changed;
  }

  /** The messages in their order; nothing until they are here. */
  of(room) {
    return this.#rooms.get(room)?.messages ?? [];
  }

  /** Ask for them, unless they are here already and as they are now. */
  async load(room) {
    const known = this.#rooms.get(room);
    if (!room || (known && !known.stale)) return;
    const place = { messages: known?.messages ?? [], early: [] };
    this.#rooms.set(room, place);
    let answer;
    try {
      answer = await this.#call("GET", this.#path(room));
    } catch {
      answer = undefined;
    }
    if (this.#rooms.get(room) !== place) return;
    if (!answer?.ok) {
      if (known) this.#rooms.set(room, known);
      else this.#rooms.delete(room);
      return;
    }
    const { early } = place;
    place.early = null;
    place.messages = this.#read(answer.data);
    for (const message of early) this.#put(place, message);
    this.#changed();
  }

  /** A message is new or has changed. */
  heard(message) {
    const place = this.#rooms.get(message.room);
    if (!place) return;
    if (place.early) place.early.push(message);
    else if (this.#put(place, message)) this.#changed();
  }

  /** Something may have been missed: what is kept is shown until it was asked for again. */
  stale() {
    for (const place of this.#rooms.values()) place.stale = true;
  }

  forget() {
    this.#rooms.clear();
  }

  #put(place, message) {
    const known = place.messages.find((other) => other._id === message._id);
    if (known ? known.rev >= message.rev : !this.#belongs(message)) return false;
    const rest = place.messages.filter((other) => other !== known);
    place.messages = this.#belongs(message) ? [...rest, message].sort(this.#order).slice(0, this.#most) : rest;
    return true;
  }
}

/** The pinned messages, the one pinned last first. */
export const pinned = (handed) =>
  new Kept({
    ...handed,
    path: (room) => `/api/rooms/${room}/pins`,
    read: ({ messages }) => messages,
    belongs: ({ pinnedAt }) => Boolean(pinnedAt),
    order: (a, b) => (a.pinnedAt < b.pinnedAt ? 1 : a.pinnedAt > b.pinnedAt ? -1 : b.seq - a.seq),
  });

const FILES_SHOWN = 6;

/** The newest messages with files. */
export const withFiles = (handed) =>
  new Kept({
    ...handed,
    path: (room) => `/api/search?${new URLSearchParams({ room, has: "file", limit: FILES_SHOWN })}`,
    read: ({ finds }) => finds.map(({ message }) => message),
    belongs: ({ attachments, deletedAt }) => !deletedAt && attachments?.length > 0,
    order: (a, b) => b.seq - a.seq,
    most: FILES_SHOWN,
  });
