// Messages on their way to the server: kept in their order, one in flight a room, across reloads and other tabs.
//
// Every entry has a client id, and the server stores a client id once. So sending again is always right, and two
// tabs of one account that send the same entry send it once. Each entry has a storage key of its own: tabs then
// never overwrite each other's.

const MOST_TRIES = 6;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** After this long another tab's entry is sent from here too: the other tab may have been closed. */
const ADOPT_AFTER = 15_000;
/** An entry that another tab took away has been stored, most often; its message is about to come. */
const FORGET_AFTER = 1000;

/** Seconds from which somebody is told that they have to wait. */
const SHOWN_FROM = 1;

/** A browser keeps words across reloads, but not files. */
export const LEFT_BEHIND = "The page was closed before the file was uploaded. Attach it again.";

/** Refusals that another try would only meet again. */
const PERMANENT = new Set(["invalid", "forbidden", "not_found", "conflict"]);

export class Outbox {
  /** room -> entries in order. An entry is replaced, never changed. */
  #rooms = new Map();
  #flight = new Map();
  #waits = new Map();
  /** room -> the moment until which the server has asked to wait. */
  #held = new Map();
  #online = false;
  #last = 0;
  #persist;
  #request;
  #timers;
  #clock;
  #random;
  #stored;
  #changed;

  /**
   * @param request `(event, data) => Promise<answer>`; rejects when no answer came.
   * @param stored Called with the stored message of an entry.
   * @param changed Called with the room whose entries changed.
   */
  constructor({ persist, request, timers, clock, random, stored, changed }) {
    this.#persist = persist;
    this.#request = request;
    this.#timers = timers;
    this.#clock = clock;
    this.#random = random;
    this.#stored = stored;
    this.#changed = changed;
    const entries = persist.keys("out:").map((key) => persist.get(key));
    for (const entry of entries.filter(valid).sort(byOrder)) {
      const left = entry.uploads ? { state: "failed", error: LEFT_BEHIND } : {};
      this.#insert({ ...entry, ...left, sending: false });
    }
  }

  entries(room) {
    return this.#rooms.get(room) ?? [];
  }

  /** How many entries wait to be sent. */
  get queued() {
    let count = 0;
    for (const entries of this.#rooms.values()) count += entries.filter((entry) => entry.state === "pending").length;
    return count;
  }

  /** Whole seconds until the server takes messages again, 0 when nothing is held back. */
  heldFor(room) {
    const until = this.#held.get(room);
    return until === undefined ? 0 : Math.max(0, Math.ceil((until - this.#clock.now()) / 1000));
  }

  /** @param files Attachments. @param uploads Whether they are on their way still; then it waits for `attach`. */
  add({ room, content, replyTo = null, clientId, messageType = "text", files = [], uploads = false }) {
    // Strictly rising, so that the order survives a reload even within one millisecond.
    this.#last = Math.max(this.#clock.now(), this.#last + 1);
    const entry = { clientId, room, content, replyTo, messageType, files, uploads, order: this.#last, at: this.#clock.now(), state: "pending", error: "", tries: 0 };
    this.#insert(entry);
    this.#write(entry);
    this.#changed(room);
    this.#pump(room);
    return entry;
  }

  /** The uploads of an entry have arrived: it can go. */
  attach(clientId, files) {
    const entry = this.#find(clientId);
    if (!entry?.uploads) return;
    this.#replace({ ...entry, files, uploads: false });
    this.#pump(entry.room);
  }

  /** An upload of an entry has failed. */
  fail(clientId, error) {
    const entry = this.#find(clientId);
    if (entry?.uploads && entry.state === "pending") this.#replace({ ...entry, state: "failed", error });
  }

  retry(clientId) {
    const entry = this.#find(clientId);
    if (entry?.state !== "failed") return;
    this.#replace({ ...entry, state: "pending", error: "", tries: 0, foreign: false });
    this.#pump(entry.room);
  }

  /** Throw an unsent entry away. One that is in flight may have been stored already; then it comes back as a message. */
  discard(clientId) {
    const entry = this.#find(clientId);
    if (entry && entry.state !== "sent") this.#remove(entry);
  }

  /** The server has stored this client id (whoever sent it). Keep the row until the timeline shows the message. */
  settle(message) {
    const entry = this.#find(message.clientId);
    if (!entry || entry.room !== message.room || entry.state === "sent") return;
    this.#persist.remove(`out:${entry.clientId}`);
    this.#replace({ ...entry, state: "sent", message }, { write: false });
  }

  /** The timeline shows `message` now. */
  shown(message) {
    const entry = this.#find(message.clientId);
    if (entry?.state === "sent") this.#remove(entry);
  }

  /** Another tab of this account wrote the entry, or took it away (`entry` is then undefined). */
  heard(clientId, entry) {
    const known = this.#find(clientId);
    if (valid(entry)) {
      if (known && !(known.foreign && known.state !== "sent")) return;
      const foreign = { ...entry, foreign: true };
      if (known) {
        this.#replace(foreign, { write: false });
        return;
      }
      this.#insert(foreign);
      this.#changed(entry.room);
      this.#timers.setTimeout(() => this.#adopt(clientId), ADOPT_AFTER);
    } else if (known && known.state !== "sent") {
      this.#timers.setTimeout(() => this.#forget(clientId), FORGET_AFTER);
    }
  }

  #adopt(clientId) {
    const entry = this.#find(clientId);
    if (!entry?.foreign || entry.state !== "pending" || entry.uploads) return;
    this.#replace({ ...entry, foreign: false }, { write: false });
    this.#pump(entry.room);
  }

  #forget(clientId) {
    const entry = this.#find(clientId);
    if (entry && entry.state !== "sent" && !this.#persist.get(`out:${clientId}`)) this.#remove(entry, { write: false });
  }

  online() {
    this.#online = true;
    for (const [room, entries] of this.#rooms) {
      this.#rooms.set(room, entries.map((entry) => (entry.foreign ? { ...entry, foreign: false } : entry)));
      this.#pump(room);
    }
  }

  offline() {
    this.#online = false;
    for (const wait of this.#waits.values()) this.#timers.clearTimeout(wait);
    this.#waits.clear();
    this.#held.clear();
  }

  /** The room is gone: nothing in it can be sent any more. */
  refuse(room, error) {
    for (const entry of this.entries(room)) {
      if (entry.state === "pending") this.#replace({ ...entry, state: "failed", error });
    }
  }

  async #pump(room) {
    if (!this.#online || this.#flight.has(room) || this.#waits.has(room)) return;
    const entry = this.entries(room).find((candidate) => candidate.state === "pending" && !candidate.foreign && !candidate.uploads);
    if (!entry) return;
    const flight = {};
    this.#flight.set(room, flight);
    const { clientId, content, messageType, replyTo, files = [] } = entry;
    const attachments = files.map((file) => file._id);
    let answer;
    try {
      answer = await this.#request("chat message", { room, content, clientId, messageType, ...(replyTo ? { replyTo } : {}), ...(attachments.length > 0 ? { attachments } : {}) });
    } catch {
      answer = undefined;
    }
    this.#flight.delete(room);
    this.#answer(room, clientId, answer);
    this.#pump(room);
  }

  #answer(room, clientId, answer) {
    if (answer?.message) {
      this.settle(answer.message);
      this.#stored(answer.message);
      return;
    }
    const entry = this.#find(clientId);
    if (entry?.state !== "pending") return;
    if (!this.#online) return; // it waits for the reconnection, which is not the entry's fault
    const error = answer?.error;
    if (error?.code === "unauthenticated") return;
    // Being asked to wait is not a failure.
    const tries = entry.tries + (error?.retryAfter === undefined ? 1 : 0);
    if (PERMANENT.has(error?.code) || tries >= MOST_TRIES) {
      this.#replace({ ...entry, tries, state: "failed", error: error?.message ?? "The server did not answer." });
      return;
    }
    this.#replace({ ...entry, tries });
    const backOff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (0.75 + this.#random() / 2);
    const wait = error?.retryAfter === undefined ? backOff : Math.max(FIRST_WAIT / 4, error.retryAfter * 1000);
    if (error?.retryAfter >= SHOWN_FROM) this.#hold(room, this.#clock.now() + wait);
    const again = () => {
      this.#waits.delete(room);
      this.#pump(room);
    };
    this.#waits.set(room, this.#timers.setTimeout(again, wait));
  }

  /** Tell every second how long there is to wait, until it is over. */
  #hold(room, until) {
    this.#held.set(room, until);
    const tick = () => {
      if (this.#held.get(room) !== until) return;
      const left = until - this.#clock.now();
      if (left <= 0) this.#held.delete(room);
      else this.#timers.setTimeout(tick, Math.min(1000, left));
      this.#changed(room);
    };
    tick();
  }

  #find(clientId) {
    for (const entries of this.#rooms.values()) {
      const entry = entries.find((candidate) => candidate.clientId === clientId);
      if (entry) return entry;
    }
    return undefined;
  }

  #insert(entry) {
    this.#last = Math.max(this.#last, entry.order);
    this.#rooms.set(entry.room, [...this.entries(entry.room), entry].sort(byOrder));
  }

  #replace(entry, { write = true } = {}) {
    this.#rooms.set(
      entry.room,
      this.entries(entry.room).map((known) => (known.clientId === entry.clientId ? entry : known)),
    );
    if (write) this.#write(entry);
    this.#changed(entry.room);
  }

  #remove(entry, { write = true } = {}) {
    const rest = this.entries(entry.room).filter((known) => known.clientId !== entry.clientId);
    if (rest.length > 0) this.#rooms.set(entry.room, rest);
    else this.#rooms.delete(entry.room);
    if (write) this.#persist.remove(`out:${entry.clientId}`);
    this.#changed(entry.room);
  }

  #write(entry) {
    this.#persist.set(`out:${entry.clientId}`, entry);
  }
}

const byOrder = (a, b) => a.order - b.order;

const valid = (entry) =>
  Boolean(entry) &&
  typeof entry.clientId === "string" &&
  typeof entry.room === "string" &&
  typeof entry.content === "string" &&
  typeof entry.order === "number" &&
  (entry.state === "pending" || entry.state === "failed");
