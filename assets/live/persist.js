// What an account keeps in this browser across reloads. Storage may be full, blocked or absent: then it lasts
// as long as the page.

export class Persist {
  #storage;
  #prefix;

  /** @param storage A Storage, or anything like it, or undefined. */
  constructor(storage, account) {
    this.#storage = storage;
    this.#prefix = `chatbeside:${account}:`;
  }

  get(key) {
    try {
      const text = this.#storage?.getItem(this.#prefix + key);
      return text ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  }

  set(key, value) {
    try {
      this.#storage?.setItem(this.#prefix + key, JSON.stringify(value));
    } catch {
      // A full or blocked storage must not stop anybody from talking.
    }
  }

  remove(key) {
    try {
      this.#storage?.removeItem(this.#prefix + key);
    } catch {
      // See above.
    }
  }

  /** The keys that begin with `start`, without the account's prefix. */
  keys(start = "") {
    const found = [];
    try {
      const whole = this.#prefix + start;
      for (let i = 0; i < (this.#storage?.length ?? 0); i += 1) {
        const key = this.#storage.key(i);
        if (key?.startsWith(whole)) found.push(key.slice(this.#prefix.length));
      }
    } catch {
      return [];
    }
    return found;
  }

  /** Forget everything of this account, and keep nothing more. */
  clear() {
    for (const key of this.keys()) this.remove(key);
    this.#storage = undefined;
  }

  /** The key within this account that a storage event speaks of, or undefined. */
  own(key) {
    return key?.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : undefined;
  }
}
