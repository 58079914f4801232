// Typing: a lease that runs out by itself, so that a lost "stopped" harms nobody.

const LEASE = 6000;
const PING_EVERY = 3000;

/** Who is typing where. */
export class TypingLeases {
  #rooms = new Map();
  #clock;
  #timers;
  #changed;

  constructor({ clock, timers, changed }) {
    this.#clock = clock;
    this.#timers = timers;
    this.#changed = changed;
  }

  /** Take what the server says. The time is counted here: the two clocks may differ. */
  take({ room, user, on, until }) {
    if (on === false) {
      this.stop(room, user);
      return;
    }
    const people = this.#rooms.get(room) ?? new Map();
    const known = people.get(user);
    if (known !== undefined) this.#timers.clearTimeout(known);
    const length = typeof until === "number" && until > 0 && until < LEASE ? until : LEASE;
    people.set(user, this.#timers.setTimeout(() => this.stop(room, user), length));
    this.#rooms.set(room, people);
    if (known === undefined) this.#changed(room);
  }

  stop(room, user) {
    const people = this.#rooms.get(room);
    const timer = people?.get(user);
    if (timer === undefined) return;
    this.#timers.clearTimeout(timer);
    people.delete(user);
    if (people.size === 0) this.#rooms.delete(room);
    this.#changed(room);
  }

  clear() {
    for (const [room, people] of [...this.#rooms]) for (const user of [...people.keys()]) this.stop(room, user);
  }

  /** User ids, the first to begin first. */
  in(room) {
    return [...(this.#rooms.get(room)?.keys() ?? [])];
  }
}

/** Tells the others that this person is typing, at most every few seconds. */
export class TypingPings {
  #sent = new Map();
  #clock;
  #tell;

  constructor({ clock, tell }) {
    this.#clock = clock;
    this.#tell = tell;
  }

  ping(room) {
    const now = this.#clock.now();
    if (now - (this.#sent.get(room) ?? -Infinity) < PING_EVERY) return;
    this.#sent.set(room, now);
    this.#tell(room, true);
  }

  stop(room) {
    const sent = this.#sent.get(room);
    this.#sent.delete(room);
    if (sent !== undefined && this.#clock.now() - sent < LEASE) this.#tell(room, false);
  }
}
