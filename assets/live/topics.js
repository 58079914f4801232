// Who wants to know, and what changed: topics with version numbers, and listeners that are told once a batch.

export class Topics {
  #listeners = new Set();
  #versions = new Map();
  #depth = 0;
  #dirty = false;

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something of these topics changed. */
  changed(...topics) {
    for (const topic of topics) this.#versions.set(topic, this.version(topic) + 1);
    this.#dirty = true;
    if (this.#depth === 0) this.#notify();
  }

  version(topic) {
    return this.#versions.get(topic) ?? 0;
  }

  /** Run `work` and tell the listeners once, after it. */
  batch(work) {
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0 && this.#dirty) this.#notify();
    }
  }

  #notify() {
    this.#dirty = false;
    for (const listener of [...this.#listeners]) listener();
  }
}
