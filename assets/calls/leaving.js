// Calls that were left here but, as far as is known, not yet on the server: it would keep the other side waiting.

export class Leaving {
  #ask;
  #left = new Map(); // by id: `{failed, told}`; `told` resolves when the server has answered, or cannot be reached

  /** @param ask `(id, failed)`: says `call end`; resolves to the answer, or null without one. */
  constructor(ask) {
    this.#ask = ask;
  }

  has(id) {
    return this.#left.has(id);
  }

  /** `failed`: because this device cannot reach the other one. */
  leave(id, failed = false) {
    if (!this.#left.has(id)) this.#left.set(id, { failed, told: this.#tell(id, failed) });
  }

  /** Resolves when the server has answered for all of them, or cannot be reached. */
  told() {
    return Promise.all([...this.#left.values()].map(({ told }) => told));
  }

  /** There is a connection to the server again. */
  online() {
    for (const [id, left] of this.#left) left.told = this.#tell(id, left.failed);
  }

  async #tell(id, failed) {
    const answer = await this.#ask(id, failed);
    if (answer && answer.error?.code !== "too_many") this.#left.delete(id);
  }
}
