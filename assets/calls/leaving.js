// Calls that were left here but, as far as is known, not yet on the server: it would keep the other side waiting.

export class Leaving {
  #ask;
  #left = new Set();
  #givenUp = false;

  /** @param ask Says `call end` for the call with an id; resolves to the answer, or null without one. */
  constructor(ask) {
    this.#ask = ask;
  }

  has(id) {
    return this.#left.has(id);
  }

  leave(id) {
    this.#left.add(id);
    this.#tell(id);
  }

  /** Somebody calls, or gives up before the server has answered that it rings. */
  set givenUp(given) {
    this.#givenUp = given;
  }

  /** A call of this page begins to ring; whether it was given up already. Then it is left. */
  refuses(id) {
    if (!this.#givenUp) return false;
    this.#givenUp = false;
    this.leave(id);
    return true;
  }

  /** There is a connection to the server again. */
  online() {
    for (const id of [...this.#left]) this.#tell(id);
  }

  async #tell(id) {
    const answer = await this.#ask(id);
    if (answer && answer.error?.code !== "too_many") this.#left.delete(id);
  }
}
