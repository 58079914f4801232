// Looks at a connection while it lasts: who speaks (four times a second) and how good it is (every two seconds).

import { quality, readStats } from "./stats.js";

const LISTEN_EVERY = 250;
const MEASURE_EVERY = 2000;
const SPEAKS_FROM = 0.02;
const SPEAKS_FOR = 700;

export class Pulse {
  #timers;
  #clock;
  #link;
  #changed;
  #timer = null;
  #spoke = -Infinity;
  #measured = 0;
  #before = null;
  #measuring = false;

  /** @param link `() => Link or null`. @param changed Called with `{speaking}` and `{quality, relayed}`. */
  constructor({ timers, clock, link, changed }) {
    this.#timers = timers;
    this.#clock = clock;
    this.#link = link;
    this.#changed = changed;
  }

  start() {
    if (this.#timer !== null) return;
    this.#measured = this.#clock.now();
    this.#tick();
  }

  stop() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick() {
    this.#timer = this.#timers.setTimeout(() => {
      const link = this.#link();
      const now = this.#clock.now();
      if (link?.connected) {
        if (link.level() >= SPEAKS_FROM) this.#spoke = now;
        this.#changed({ speaking: now - this.#spoke < SPEAKS_FOR });
      }
      if (link && now - this.#measured >= MEASURE_EVERY) {
        this.#measured = now;
        this.#measure(link);
      }
      this.#tick();
    }, LISTEN_EVERY);
  }

  async #measure(link) {
    if (this.#measuring) return;
    this.#measuring = true;
    try {
      const reading = { ...readStats(await link.pc.getStats()), session: link.session };
      if (this.#timer === null || this.#link() !== link) return;
      const before = this.#before?.session === link.session ? this.#before : null;
      this.#before = reading;
      this.#changed({ quality: quality(before, reading), relayed: reading.relayed });
    } catch {
      // A connection that was closed in between has no statistics.
    } finally {
      this.#measuring = false;
    }
  }
}
