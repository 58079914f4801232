// Unsent text and the message it answers, per room, across reloads.

const WRITE_AFTER = 300;

export class Drafts {
  #drafts = new Map();
  #persist;
  #timers;
  #unwritten = new Map();

  constructor({ persist, timers }) {
    this.#persist = persist;
    this.#timers = timers;
    for (const key of persist.keys("draft:")) {
      const draft = persist.get(key);
      if (draft && typeof draft.text === "string") this.#drafts.set(key.slice(6), draft);
    }
  }

  text(room) {
    return this.#drafts.get(room)?.text ?? "";
  }

  replyTo(room) {
    return this.#drafts.get(room)?.replyTo ?? null;
  }

  set(room, text) {
    this.#change(room, { text, replyTo: this.replyTo(room) });
  }

  reply(room, message) {
    this.#change(room, { text: this.text(room), replyTo: message });
  }

  clear(room) {
    this.#change(room, { text: "", replyTo: null });
    this.flush();
  }

  /** Write now what waits to be written (the page goes away). */
  flush() {
    for (const [room, timer] of this.#unwritten) {
      this.#timers.clearTimeout(timer);
      this.#write(room);
    }
    this.#unwritten.clear();
  }

  #change(room, draft) {
    if (draft.text || draft.replyTo) this.#drafts.set(room, draft);
    else this.#drafts.delete(room);
    if (this.#unwritten.has(room)) return;
    const write = () => {
      this.#unwritten.delete(room);
      this.#write(room);
    };
    this.#unwritten.set(room, this.#timers.setTimeout(write, WRITE_AFTER));
  }

  #write(room) {
    const draft = this.#drafts.get(room);
    if (draft) this.#persist.set(`draft:${room}`, draft);
    else this.#persist.remove(`draft:${room}`);
  }
}
