// Calls that were left here but, as far as is known, not yet on the server: it would keep the other side waiting.

export class Leaving {
  #ask;
  #left = new Map(); // by id: resolves when the server was told, or could not be told

  /** @param ask Says `call end` for the call with an id; resolves to the answer, or null without one. */
  constructor(ask) {
    this.#ask = ask;
  }

  has(id) {
    return this.#left.has(id);
  }

  leave(id) {
    if (!this.#left.has(id)) this.#left.set(id, this.#tell(id));
  }

  /** Resolves when the server has answered for all of them, or cannot be reached. */
  told() {
    return Promise.all(this.#left.values());
  }

  /** There is a connection to the server again. */
  online() {
    for (const id of this.#left.keys()) this.#left.set(id, this.#tell(id));
  }

  async #tell(id) {
    const answer = await this.#ask(id);
    if (answer && answer.error?.code !== "too_many") this.#left.delete(id);
  }
}
