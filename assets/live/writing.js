// What people write: drafts, replies, typing, and sending what is written.

import { clean } from "./composing.js";

export class Writing {
  #store;
  #pings;
  #newId;

  /** @param store The live store. @param pings Tells others who types, see `TypingPings`. @param newId `() => string`. */
  constructor(store, { pings, newId }) {
    this.#store = store;
    this.#pings = pings;
    this.#newId = newId;
  }

  /** The conversation `room` was left. */
  leave(room) {
    this.#pings.stop(room);
  }

  setDraft(text) {
    const { room } = this.#store.place;
    if (this.#store.hands.editing(room)) {
      this.#store.hands.setEdit(room, text);
      return;
    }
    if (!room || !this.#store.drafts || this.#store.drafts.text(room) === text) return;
    this.#store.batch(() => {
      this.#store.drafts.set(room, text);
      if (text.trim()) this.typingPing();
      else this.#pings.stop(room);
      this.#store.changed("draft");
    });
  }

  /** Let the draft answer the message with this id; "" for nothing. */
  replyTo(id) {
    const { room } = this.#store.place;
    if (!room || !this.#store.drafts) return;
    this.#store.hands.cancelEdit(room);
    this.#store.drafts.reply(room, id || null);
    this.#store.changed("draft");
  }

  typingPing() {
    const { room } = this.#store.place;
    if (room && this.#store.link.online) this.#pings.ping(room);
  }

  /** Send the draft of the open room, or store what is being edited. Returns whether there was anything to send. */
  send() {
    const { room } = this.#store.place;
    const editing = this.#store.hands.editing(room);
    if (editing) {
      if (this.#store.get("composer").too_long) return false;
      return this.#store.hands.saveEdit(room, clean(editing.text));
    }
    if (!this.#store.get("composer").can_send) return false;
    const content = clean(this.#store.drafts.text(room));
    const replyTo = this.#store.drafts.replyTo(room);
    const command = this.#store.command?.({ room, content, replyTo }) ?? "";
    if (command === "kept") return false;
    this.#store.batch(() => {
      const clientId = this.#newId();
      if (!command) this.#store.outbox.add({ room, content, replyTo, clientId, ...this.#store.files.give(room, clientId) });
      this.#store.drafts.clear(room);
      this.#pings.stop(room);
      this.#store.changed("draft");
      this.#store.jumpLatest();
    });
    return true;
  }

  /** Send a text to any room, with files that are uploaded. */
  post(room, content, files = []) {
    this.#store.batch(() => this.#store.outbox.add({ room, content, files, clientId: this.#newId() }));
  }

  retry(key) {
    this.#store.batch(() => {
      this.#store.outbox?.retry(key);
      this.#store.files.retry(key);
    });
  }

  discard(key) {
    this.#store.batch(() => {
      this.#store.outbox?.discard(key);
      this.#store.files.uploads.cancelOf(key);
    });
  }
}
