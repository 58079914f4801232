// Read and delivery pointers: ticks under own messages, and telling the server how far this person is.

const DELIVERED_EVERY = 250;
/** Milliseconds between two "read" of a room, so that who reads along in a lively one is not heard with every message. */
const READ_EVERY = 500;
/** Seconds. */
const ASK_AGAIN_AFTER = 3;

/** Kinds that make a conversation unread; the same list as in the server's `domain/models.py`. */
export const COUNTABLE = new Set(["text", "call"]);

/** In rooms of more members everybody has their own pointers only; the same as in the server's `services/receipts.py`. */
export const POINTERS_SHARED = 50;

/** Whether `message` makes the room unread for `me`. */
export const counts = (message, me) =>
  message.sender !== me && !message.deletedAt && COUNTABLE.has(message.messageType);

/**
 * How far everybody else has read and received a room.
 * Of a large room the pointers of the others are not known: then its messages stay at "sent".
 */
export function reach(room, me) {
  const others = room.receipts.filter((receipt) => receipt.user !== me);
  const expected = room.kind === "direct" ? 1 : Math.max(1, room.memberCount - 1);
  if (others.length < expected) return { read: 0, delivered: 0 };
  const read = Math.min(...others.map((receipt) => receipt.readSeq));
  return { read, delivered: Math.max(read, Math.min(...others.map((r) => Math.max(r.deliveredSeq, r.readSeq)))) };
}

/** The tick of an own stored message. */
export function tick(seq, { read, delivered }) {
  if (seq <= read) return "read";
  return seq <= delivered ? "delivered" : "sent";
}

export const TICK_TEXT = {
  "": "",
  pending: "Waiting to be sent",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent",
};

/** Sends pointers: one question a room at a time, the highest wins, unanswered ones again. */
export class PointerSender {
  #wanted = { read: new Map(), delivered: new Map() };
  #busy = new Set();
  #pauses = new Map();
  #timer;
  #request;
  #timers;
  #answered;
  #online = false;

  /**
   * @param request `(event, data) => Promise<answer>`
   * @param answered Called with `(room, receipt)`.
   */
  constructor({ request, timers, answered }) {
    this.#request = request;
    this.#timers = timers;
    this.#answered = answered;
  }

  read(room, seq) {
    // What is read has arrived: the server need not be told twice.
    if ((this.#wanted.delivered.get(room) ?? 0) <= seq) this.#wanted.delivered.delete(room);
    if (this.#want("read", room, seq) && !this.#pauses.has(room)) this.#send("read", room);
  }

  delivered(room, seq) {
    if (!this.#want("delivered", room, seq)) return;
    this.#timer ??= this.#timers.setTimeout(() => {
      this.#timer = undefined;
      for (const waiting of [...this.#wanted.delivered.keys()]) this.#send("delivered", waiting);
    }, DELIVERED_EVERY);
  }

  /** What is wanted for `room` and not yet confirmed; 0 for nothing. */
  wantedRead(room) {
    return this.#wanted.read.get(room) ?? 0;
  }

  online() {
    this.#online = true;
    for (const kind of ["read", "delivered"]) for (const room of [...this.#wanted[kind].keys()]) this.#send(kind, room);
  }

  offline() {
    this.#online = false;
    this.#endPauses();
  }

  /** Tell now what waits for the end of a pause: there may be no later. */
  flush() {
    this.#endPauses();
    for (const room of [...this.#wanted.read.keys()]) this.#send("read", room);
  }

  forget(room) {
    this.#wanted.read.delete(room);
    this.#wanted.delivered.delete(room);
  }

  close() {
    this.offline();
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #endPauses() {
    for (const timer of this.#pauses.values()) this.#timers.clearTimeout(timer);
    this.#pauses.clear();
  }

  #pause(room) {
    const timer = this.#timers.setTimeout(() => {
      this.#pauses.delete(room);
      this.#send("read", room);
    }, READ_EVERY);
    this.#pauses.set(room, timer);
  }

  #want(kind, room, seq) {
    if (seq <= (this.#wanted[kind].get(room) ?? 0)) return false;
    this.#wanted[kind].set(room, seq);
    return true;
  }

  async #send(kind, room) {
    const key = `${kind}:${room}`;
    const seq = this.#wanted[kind].get(room);
    if (!this.#online || seq === undefined || this.#busy.has(key)) return;
    this.#busy.add(key);
    let answer;
    try {
      answer = await this.#request(kind, { room, seq });
    } catch {
      // No answer: the wish stays.
    }
    this.#busy.delete(key);
    const wait = answer === undefined ? ASK_AGAIN_AFTER : answer.error?.retryAfter;
    if (wait !== undefined) {
      if (this.#online) this.#timers.setTimeout(() => this.#send(kind, room), Math.max(1, wait) * 1000);
      return;
    }
    if (this.#wanted[kind].get(room) === seq) this.#wanted[kind].delete(room);
    if (answer.receipt) this.#answered(room, answer.receipt);
    if (kind === "read" && this.#online) this.#pause(room);
    else this.#send(kind, room);
  }
}
