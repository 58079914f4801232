// How the page stands to the server, and when it is time to tell people: a blink of the network is none of theirs.

const TELL_AFTER = 1500;
const TELL_AFTER_START = 6000;

export class Link {
  snapshot;
  #clock;
  #timers;
  #changed;
  #timer;

  constructor({ clock, timers, changed }) {
    this.#clock = clock;
    this.#timers = timers;
    this.#changed = changed;
    this.snapshot = { state: "connecting", reason: "", since: clock.now(), shown: false };
  }

  get online() {
    return this.snapshot.state === "online";
  }

  get refused() {
    return this.snapshot.state === "refused";
  }

  start() {
    this.#tellIn(TELL_AFTER_START);
  }

  up() {
    this.#timers.clearTimeout(this.#timer);
    this.#set("online");
  }

  down() {
    if (!this.online) return;
    this.#set("offline");
    this.#tellIn(TELL_AFTER);
  }

  /** @param reason Why, as the server says in `session ended`; "" when there is nothing to say. */
  refuse(reason = "") {
    if (this.refused) return;
    this.#timers.clearTimeout(this.#timer);
    this.#set("refused", reason);
  }

  stop() {
    this.#timers.clearTimeout(this.#timer);
  }

  #set(state, reason = "") {
    this.snapshot = { state, reason, since: this.#clock.now(), shown: state === "refused" };
    this.#changed();
  }

  #tellIn(wait) {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = this.#timers.setTimeout(() => {
      this.snapshot = { ...this.snapshot, state: "offline", shown: true };
      this.#changed();
    }, wait);
  }
}
