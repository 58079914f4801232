// Where the person is: the open room, the message that the address names, and whether anybody is looking.

const AWAY_AFTER = 5 * 60_000;

export class Place {
  room = "";
  message = "";
  /** The read pointer at entry; the New line stands after it. `null`: nothing was unread. */
  divider = null;
  #view = { visible: true, focused: true, covered: false, atBottom: false };
  #entered = false;
  #timers;
  #tell;
  #awayTimer;
  away = false;

  /** @param tell Called with "online" or "away" when that changes. */
  constructor({ timers, tell }) {
    this.#timers = timers;
    this.#tell = tell;
  }

  get atBottom() {
    return this.#view.atBottom;
  }

  /** Whether somebody looks at the page. */
  get #awake() {
    return this.#view.visible && this.#view.focused;
  }

  /** Whether somebody looks at the open room: at the page, with nothing over the room. */
  get here() {
    return this.#awake && !this.#view.covered;
  }

  /** Whether the newest message is before somebody's eyes. */
  get reading() {
    return this.here && this.#view.atBottom;
  }

  /** Go to another address. Returns whether the room is another one. */
  go(room, message) {
    const moved = room !== this.room;
    this.room = room;
    this.message = message;
    if (moved) this.leave();
    return moved;
  }

  /** Forget what was found at entry. */
  leave() {
    this.#view.atBottom = false;
    this.#entered = false;
    this.divider = null;
  }

  /** The head of the open room is known: note, once, what was unread. */
  enter(head) {
    if (!head || this.#entered) return;
    this.#entered = true;
    this.divider = head.unread > 0 ? head.readSeq : null;
  }

  /** Take a change of the view. Returns whether somebody has just come back to the room. */
  look(change) {
    const before = this.here;
    this.#view = { ...this.#view, ...change };
    this.#watchAway();
    return this.here && !before;
  }

  /** Coming back is an entry too: the New line shows what came meanwhile. */
  returned(head) {
    if (head && head.unread > 0) this.divider = head.readSeq;
  }

  stop() {
    this.#timers.clearTimeout(this.#awayTimer);
    this.#awayTimer = undefined;
  }

  #watchAway() {
    if (this.#awake) {
      this.stop();
      if (this.away) this.#tell("online");
      this.away = false;
      return;
    }
    this.#awayTimer ??= this.#timers.setTimeout(() => {
      this.away = true;
      this.#tell("away");
    }, AWAY_AFTER);
  }
}
