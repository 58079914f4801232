// One room's messages in the browser: a window without holes over the timeline, and how far it is complete.
//
// The rule is that of the server's `domain/sync.py`: a live change is taken only when its `rev` follows ours;
// anything else waits, and when nothing fills the hole the store asks for what changed since. While a request
// is under way, changes that are applied are remembered, because its answer may have been read before them.

export const WINDOW = 300;
const TRIMMED = 250;
const MOST_WAITING = 500;

/** Takes numbered changes in their order and keeps early ones until the hole before them is filled. */
export class Cursor {
  rev = 0;
  #waiting = new Map();

  /** Hand in a change; `apply` is called for every one whose turn has come. Returns "known", "done" or "gap". */
  take(change, apply) {
    if (change.rev <= this.rev) return "known";
    if (this.#waiting.size < MOST_WAITING) this.#waiting.set(change.rev, change);
    return this.#drain(apply);
  }

  /** Nothing up to `rev` is missing any more. */
  reach(rev, apply) {
    this.rev = Math.max(this.rev, rev);
    for (const early of this.#waiting.keys()) if (early <= this.rev) this.#waiting.delete(early);
    return this.#drain(apply);
  }

  /** Start over at `rev`; what waits and is later stays. */
  restart(rev, apply) {
    this.rev = 0;
    return this.reach(rev, apply);
  }

  hold(change) {
    if (this.#waiting.size < MOST_WAITING) this.#waiting.set(change.rev, change);
  }

  get gap() {
    return this.#waiting.size > 0;
  }

  #drain(apply) {
    let next;
    while ((next = this.#waiting.get(this.rev + 1)) !== undefined) {
      this.#waiting.delete(next.rev);
      this.rev = next.rev;
      apply(next);
    }
    return this.gap ? "gap" : "done";
  }
}

export class Timeline {
  /** Messages by rising seq, without holes; a new array whenever one changes. */
  messages = [];
  loaded = false;
  hasOlder = false;
  /** The highest seq there is, as far as is known. */
  lastSeq = 0;
  /** Whether the newest message is what people look at; decides which end is cut. */
  atBottom = true;
  /** Rises when the window was replaced: answers to older questions no longer fit. */
  generation = 0;

  #cursor = new Cursor();
  #places = new Map();
  #requests = 0;
  #recent = [];

  constructor(room, { window = WINDOW, trimmed = Math.min(TRIMMED, window) } = {}) {
    this.room = room;
    this.window = window;
    this.trimmed = trimmed;
  }

  get rev() {
    return this.#cursor.rev;
  }

  get gap() {
    return this.loaded && this.#cursor.gap;
  }

  get hasNewer() {
    return this.loaded && this.#last() < this.lastSeq;
  }

  get(id) {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.messages[place];
  }

  /** A request begins whose answer may be older than changes applied meanwhile; call the result when it is over. */
  begin() {
    this.#requests += 1;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#requests -= 1;
      if (this.#requests === 0) this.#recent = [];
    };
  }

  /** Take a live change. Returns "known", "done", "gap", or "waiting" while there is no first page. */
  receive(message) {
    if (!this.loaded) {
      this.#cursor.hold(message);
      return "waiting";
    }
    return this.#cursor.take(message, (change) => this.#apply([change]));
  }

  /** Take the newest page: it replaces the window. */
  reset({ messages, rev, hasMore }) {
    const later = this.#recent.filter((message) => message.rev > rev);
    this.generation += 1;
    this.loaded = true;
    this.#set([...messages].sort((a, b) => a.seq - b.seq));
    this.hasOlder = hasMore;
    this.lastSeq = this.#last();
    for (const message of later) this.#cursor.hold(message);
    this.#cursor.restart(rev, (change) => this.#apply([change]));
    this.#trim();
  }

  /** Take the answer to "what changed after my rev": current forms, complete up to `rev`. */
  resume({ messages, rev }) {
    this.#apply(messages);
    this.#cursor.reach(rev, (change) => this.#apply([change]));
  }

  /** Take a page of messages before the first one. */
  older({ messages, hasMore }) {
    const first = this.messages[0]?.seq ?? Infinity;
    const page = this.#current(messages).filter((message) => message.seq < first);
    this.#set([...page, ...this.messages]);
    this.hasOlder = hasMore;
    if (this.messages.length > this.window) this.#set(this.messages.slice(0, this.window));
  }

  /** Take a page of messages after the last one. */
  newer({ messages, hasMore }) {
    const last = this.#last();
    const page = this.#current(messages).filter((message) => message.seq > last);
    this.#set([...this.messages, ...page]);
    const end = this.#last();
    this.lastSeq = Math.max(this.lastSeq, hasMore ? end + 1 : end);
    // What was stored while the page was on its way continues it.
    const rest = this.#recent.filter((message) => message.seq > end).sort((a, b) => a.seq - b.seq);
    for (const message of rest) this.#keep(message);
    if (this.messages.length > this.window) {
      this.#set(this.messages.slice(-this.window));
      this.hasOlder = true;
    }
  }

  /** Take a page from somewhere in the middle: it replaces the window, the cursor stays. */
  around({ messages, hasMore, hasNewer }) {
    this.generation += 1;
    const page = this.#current(messages);
    this.#set(page);
    this.hasOlder = hasMore;
    const end = this.#last();
    this.lastSeq = Math.max(this.lastSeq, hasNewer ? end + 1 : end);
  }

  /** Countable messages of others after `seq`, or undefined when the window does not show them all. */
  countAfter(seq, counts) {
    if (!this.loaded || this.gap || this.hasNewer) return undefined;
    const first = this.messages[0]?.seq ?? 1;
    if (first > seq + 1 && this.hasOlder) return undefined;
    let count = 0;
    for (let i = this.messages.length - 1; i >= 0 && this.messages[i].seq > seq; i -= 1) {
      if (counts(this.messages[i])) count += 1;
    }
    return count;
  }

  #last() {
    return this.messages.at(-1)?.seq ?? 0;
  }

  #set(messages) {
    this.messages = messages;
    this.#places = new Map(messages.map((message, place) => [message._id, place]));
  }

  #current(messages) {
    const newest = new Map(messages.map((message) => [message._id, message]));
    for (const message of this.#recent) {
      const known = newest.get(message._id);
      if (known !== undefined && known.rev < message.rev) newest.set(message._id, message);
    }
    return [...newest.values()].sort((a, b) => a.seq - b.seq);
  }

  #apply(messages) {
    if (this.#requests > 0) this.#recent.push(...messages);
    for (const message of [...messages].sort((a, b) => a.seq - b.seq)) this.#keep(message);
    this.#trim();
  }

  #keep(message) {
    const place = this.#places.get(message._id);
    if (place !== undefined) {
      if (this.messages[place].rev < message.rev) {
        this.messages = this.messages.with(place, message);
      }
      return;
    }
    const end = this.#last();
    const follows = end > 0 || this.lastSeq === 0;
    if (follows && message.seq === end + 1) {
      this.messages = [...this.messages, message];
      this.#places.set(message._id, this.messages.length - 1);
    }
    this.lastSeq = Math.max(this.lastSeq, message.seq);
  }

  #trim() {
    if (this.messages.length <= this.window) return;
    if (this.atBottom) {
      this.#set(this.messages.slice(-this.trimmed));
      this.hasOlder = true;
    } else {
      this.#set(this.messages.slice(0, this.window));
    }
  }
}
