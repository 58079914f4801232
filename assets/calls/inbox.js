// Signals arrive doubled, late and out of order; the other page numbers them from 1, and here they come out as they
// were sent. A page that was loaded anew has a new name and begins at 1 again; what its predecessor sent is dead.

const WAIT_FOR_GAP = 1000;
const HELD_MOST = 200;

export class Inbox {
  #take;
  #missing;
  #timers;
  #page = null;
  #next = 1;
  #held = new Map();
  #dead = new Set();
  #timer = null;

  /**
   * @param take Called with each signal, once and in order. @param missing Called when a number has been missing for a
   *   second: ask the server for a replay. @param timers `{setTimeout, clearTimeout}`.
   */
  constructor({ take, missing, timers }) {
    this.#take = take;
    this.#missing = missing;
    this.#timers = timers;
  }

  /** Take one signal, numbered `n` by the page that its `p` names. */
  receive(n, data) {
    if (!this.#follow(data.p) || n < this.#next || this.#held.size >= HELD_MOST) return;
    this.#held.set(n, data);
    this.#drain();
  }

  /** Take all that the server has kept, in its order. Only the other side's last page counts; gaps will not be filled. */
  replay(signals) {
    if (!signals.length) return;
    const page = signals.at(-1).data.p;
    if (!this.#follow(page)) return;
    for (const { n, data } of signals) if (data.p === page && n >= this.#next) this.#held.set(n, data);
    while (this.#held.size) {
      this.#next = Math.max(this.#next, Math.min(...this.#held.keys()));
      this.#drain();
    }
  }

  stop() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
    this.#held.clear();
  }

  #follow(page) {
    if (typeof page !== "string" || this.#dead.has(page)) return false;
    if (page !== this.#page) {
      if (this.#page) this.#dead.add(this.#page);
      this.#page = page;
      this.#next = 1;
      this.#held.clear();
    }
    return true;
  }

  #drain() {
    while (this.#held.has(this.#next)) {
      const data = this.#held.get(this.#next);
      this.#held.delete(this.#next);
      this.#next += 1;
      this.#take(data);
    }
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#held.size) this.#timer = this.#timers.setTimeout(() => this.#missing(), WAIT_FOR_GAP);
  }
}
