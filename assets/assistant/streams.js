// Answers that grow: pieces are put together in their order; after a gap the whole is asked for.

export class Streams {
  #streams = new Map();

  get(id) {
    return this.#streams.get(id);
  }

  /** Those of a room, oldest first. */
  in(room) {
    return [...this.#streams.values()].filter((stream) => stream.room === room);
  }

  /**
   * Take a piece. Returns whether all is well; false asks for the whole text, because a piece is missing.
   * `at` counts code points, as the server does.
   */
  take({ room, id, user, replyTo, asker, at, text, n }) {
    const known = this.#streams.get(id);
    if (known && n <= known.n) return true;
    if (n !== (known?.n ?? 0) + 1) return false;
    const before = known ? upTo(known.text, at) : "";
    this.#streams.set(id, { room, id, user, replyTo, asker, text: before + text, n });
    return true;
  }

  /** Take the whole of what grows in a room, as the server tells it. */
  refill(room, user, growing) {
    const told = new Set(growing.map((stream) => stream.id));
    for (const stream of this.in(room)) if (!told.has(stream.id)) this.#streams.delete(stream.id);
    for (const stream of growing) {
      const known = this.#streams.get(stream.id);
      if (!known || known.n < stream.n) this.#streams.set(stream.id, { ...stream, room, user });
    }
  }

  drop(id) {
    return this.#streams.delete(id);
  }

  clear() {
    this.#streams.clear();
  }
}

/** The first `count` code points of `text`. */
function upTo(text, count) {
  let units = 0;
  for (let points = 0; points < count && units < text.length; points += 1) {
    units += text.codePointAt(units) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}
