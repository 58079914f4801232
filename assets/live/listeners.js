// Who hears every event of the server beside the store: calls, the assistant, notifications.

/** More than a page that is being put together ever hears. */
const MOST_KEPT = 500;

export class Listeners {
  #all = new Set();
  #kept = null;

  /** @param listener `(name, data)`. Returns how to end it. */
  add(listener) {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  /** Keep what comes until `release()`: who listens is not there yet. */
  hold() {
    this.#kept ??= [];
  }

  /** Tell what was kept, and from now on everything at once. */
  release() {
    const kept = this.#kept ?? [];
    this.#kept = null;
    for (const [name, data] of kept) this.tell(name, data);
  }

  tell(name, data) {
    if (!this.#kept) {
      for (const listener of [...this.#all]) listener(name, data);
      return;
    }
    this.#kept.push([name, data]);
    if (this.#kept.length >= MOST_KEPT) this.release();
  }
}
