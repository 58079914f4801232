// The pinned messages of the open room: asked for once, then kept by what is heard.

export class Pins {
  #rooms = new Map();
  #call;
  #changed;

  /** @param call `(method, path) => Promise<{ok, data}>`; rejects when no answer came. */
  constructor({ call, changed }) {
    this.#call = call;
    this.#changed = changed;
  }

  /** The pinned messages, the one pinned last first; nothing until they are here. */
  of(room) {
    return this.#rooms.get(room)?.messages ?? [];
  }

  /** Ask for them, unless they are here already. */
  async load(room) {
    if (!room || this.#rooms.has(room)) return;
    const place = { messages: [], early: [] };
    this.#rooms.set(room, place);
    let answer;
    try {
      answer = await this.#call("GET", `/api/rooms/${room}/pins`);
    } catch {
      answer = undefined;
    }
    if (this.#rooms.get(room) !== place) return;
    if (!answer?.ok) {
      this.#rooms.delete(room);
      return;
    }
    const { early } = place;
    place.early = null;
    place.messages = answer.data.messages;
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

  /** Something may have been missed: what is kept is worth nothing. */
  forget() {
    this.#rooms.clear();
  }

  #put(place, message) {
    const known = place.messages.find((other) => other._id === message._id);
    if (known ? known.rev >= message.rev : !message.pinnedAt) return false;
    const rest = place.messages.filter((other) => other !== known);
    place.messages = message.pinnedAt ? [...rest, message].sort(byPin) : rest;
    return true;
  }
}

const byPin = (a, b) => (a.pinnedAt < b.pinnedAt ? 1 : a.pinnedAt > b.pinnedAt ? -1 : b.seq - a.seq);
