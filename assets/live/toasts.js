// Short words about what happened. Trouble stays until somebody closes it, the rest goes by itself.

const SHOWN_FOR = 6000;
const MOST = 3;

export class Toasts {
  /** `{id, text, kind: "note" | "error", href, link}`, the oldest first; the list is replaced, never changed. */
  list = [];
  #last = 0;
  #timers;
  #changed;

  constructor({ timers, changed }) {
    this.#timers = timers;
    this.#changed = changed;
  }

  /** Say something. `href` and `link` are where it leads and the words for that. */
  say(text, { kind = "note", href = "", link = "" } = {}) {
    const id = `${(this.#last += 1)}`;
    // The same words again replace the first ones.
    const rest = this.list.filter((toast) => toast.text !== text).slice(-(MOST - 1));
    this.list = [...rest, { id, text, kind, href, link }];
    if (kind !== "error") this.#timers.setTimeout(() => this.close(id), SHOWN_FOR);
    this.#changed();
  }

  fail(text) {
    this.say(text, { kind: "error" });
  }

  close(id) {
    const rest = this.list.filter((toast) => toast.id !== id);
    if (rest.length === this.list.length) return;
    this.list = rest;
    this.#changed();
  }
}
