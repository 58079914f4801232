// What the hands are at: the message under the pointer or the focus, the one being edited, and what is done to it.
// The store has one; its methods are the actions of the page.

import { lengthOf } from "./composing.js";
import { Deeds } from "./deeds.js";
import { quick, used } from "./emoji.js";
import { pinned, withFiles } from "./kept.js";
import { href, keyOf } from "./rows.js";
import { Rosters } from "./rosters.js";
import { mayIn } from "./may.js";
import { Toasts } from "./toasts.js";

const GONE = new Set(["forbidden", "not_found", "conflict"]);

export class Hands {
  /** The row that is pointed at, by its key; "" for none. */
  pointed = "";
  /** room -> `{id, text}` of the message that is being edited there. */
  #editing = new Map();
  #recent = [];
  #store;
  #call;

  /** @param call `(method, path, body) => Promise<{ok, status, data}>`; rejects when no answer came. */
  constructor(store, { call, timers }) {
    this.#store = store;
    const changed = (...topics) => store.changed(...topics);
    const asking = async (...asked) => {
      const answer = await call(...asked);
      if (answer.status === 401) store.batch(() => store.refuse());
      return answer;
    };
    this.toasts = new Toasts({ timers, changed: () => changed("toasts") });
    this.pins = pinned({ call: asking, changed: () => changed("pins") });
    this.files = withFiles({ call: asking, changed: () => changed("files") });
    this.kept = [this.pins, this.files];
    this.#call = asking;
    this.rosters = new Rosters({ call: asking, clock: store.clock, found: (people) => store.batch(() => this.#meet(people)) });
    this.deeds = new Deeds({
      call: asking,
      clock: store.clock,
      me: () => store.me?._id ?? "",
      take: (message) => store.batch(() => store.heard(message)),
      refused: (words) => this.toasts.fail(words),
      changed: () => changed("timeline", "draft"),
    });
  }

  // ------------------------------------------------------------ what others tell

  openAccount(persist) {
    this.persist = persist;
    this.#recent = persist.get("emoji") ?? [];
  }

  forgetAccount() {
    this.deeds.clear();
    this.#editing.clear();
    for (const kept of this.kept) kept.forget();
    this.rosters.forget();
    this.#store.changed("pins", "files");
  }

  /** A message is new or has changed. */
  heard(message) {
    for (const kept of this.kept) kept.heard(message);
    if (message.deletedAt && this.#editing.get(message.room)?.id === message._id) {
      this.#editing.delete(message.room);
      this.toasts.fail("The message that you were editing was deleted.");
      this.#store.changed("draft");
    }
  }

  /** What was asked for may be old when the connection is back. */
  offline() {
    for (const kept of this.kept) kept.stale();
    this.rosters.forget();
  }

  roomChanged(room) {
    this.rosters.stale(room);
  }

  // ------------------------------------------------------------ pointing

  point(key) {
    if (this.pointed === key) return;
    this.pointed = key;
    this.#store.changed("pointed");
  }

  /** The message that is pointed at, as it looks now, or undefined. Unsent ones cannot be pointed at. */
  get target() {
    return this.pointed ? this.#find((message) => keyOf(message, this.#me) === this.pointed) : undefined;
  }

  get #me() {
    return this.#store.me?._id ?? "";
  }

  #find(fits) {
    const found = this.#store.timelines.get(this.#store.place.room)?.messages.find(fits);
    return found && this.deeds.seen(found);
  }

  #message(id) {
    return this.#store.timelines.get(this.#store.place.room)?.get(id);
  }

  // ------------------------------------------------------------ doing

  react(id, emoji) {
    const message = this.#message(id);
    if (!message || !emoji) return;
    this.note(emoji);
    this.deeds.react(message, emoji);
  }

  /** Vote in a poll, or take the vote back. */
  vote(id, emoji) {
    const message = this.#message(id);
    if (message) this.deeds.react(message, emoji);
  }

  closePoll(id) {
    const message = this.#message(id);
    if (message) this.deeds.closePoll(message);
  }

  /** Remember that an emoji was used. */
  note(emoji) {
    this.#recent = used(this.#recent, emoji);
    this.persist?.set("emoji", this.#recent);
    this.#store.changed("emoji");
  }

  get recent() {
    return this.#recent;
  }

  get quick() {
    return quick(this.#recent);
  }

  remove(id) {
    const message = this.#message(id);
    if (!message) return;
    if (this.#editing.get(message.room)?.id === id) this.cancelEdit(message.room);
    this.deeds.remove(message);
  }

  async pin(id, on) {
    const message = this.#message(id);
    if (message && (await this.deeds.pin(message, on)) === "done") this.toasts.say(on ? "Pinned. It is listed in the details." : "Not pinned any more.");
  }

  /** Send a message on to another room, with its files and the name of who wrote it. Resolves to whether it could be. */
  async forward(id, room) {
    const store = this.#store;
    const message = this.#message(id);
    const head = store.heads.get(room);
    if (!message || !head || !(message.content || message.attachments.length > 0)) return false;
    const content = forwarded(message, message.sender === this.#me ? "" : store.people.name(message.sender));
    if (lengthOf(content) > store.maxContent) {
      this.toasts.fail("This message is too long to be forwarded as a quote. Copy a part of it instead.");
      return false;
    }
    const files = await this.#copies(message.attachments);
    if (!files) return false;
    store.post(room, content, files);
    const name = head.kind === "direct" ? store.people.name(head.peer?._id) : head.name;
    this.toasts.say(`Forwarded to ${name}.`, room === store.place.room ? {} : { href: href(room), link: "Open" });
    return true;
  }

  /** Files of one's own with the content of these: each message has its own. Undefined, and said, when that failed. */
  async #copies(files) {
    if (files.length === 0) return [];
    try {
      const answers = await Promise.all(files.map(({ _id }) => this.#call("POST", `/api/files/${_id}/copy`)));
      const refused = answers.find(({ ok }) => !ok);
      if (!refused) return answers.map(({ data }) => data.file);
      this.toasts.fail(`The files could not be forwarded. ${refused.data?.detail ?? ""}`.trim());
    } catch {
      this.toasts.fail("The files could not be forwarded: the server cannot be reached. Try again in a moment.");
    }
    return undefined;
  }

  /** Who can be called in the open room. */
  loadMembers() {
    return this.rosters.load(this.#store.place.room);
  }

  // ------------------------------------------------------------ editing

  /** What is being edited in a room: `{id, text}`, or undefined. */
  editing(room) {
    return this.#editing.get(room);
  }

  edit(id) {
    const message = this.#message(id);
    const head = this.#store.heads.get(message?.room);
    if (!message || !mayIn(head, this.deeds.seen(message), this.#me).edit) return false;
    this.#editing.set(message.room, { id, text: this.deeds.seen(message).content });
    this.#store.changed("draft");
    return true;
  }

  /** Edit the newest own message that is shown. Returns whether there is one. */
  editLast() {
    const store = this.#store;
    const { room } = store.place;
    const head = store.heads.get(room);
    const messages = store.timelines.get(room)?.messages ?? [];
    const last = messages.findLast((message) => mayIn(head, this.deeds.seen(message), this.#me).edit);
    return Boolean(last) && this.edit(last._id);
  }

  setEdit(room, text) {
    const editing = this.#editing.get(room);
    if (!editing || editing.text === text) return;
    this.#editing.set(room, { ...editing, text });
    this.#store.changed("draft");
  }

  cancelEdit(room) {
    if (this.#editing.delete(room)) this.#store.changed("draft");
  }

  /** Store what was edited. "empty": with nothing left in it the page asks whether to delete it. */
  async saveEdit(room, content) {
    const { id } = this.#editing.get(room);
    const message = this.#message(id);
    if (!content.trim()) {
      this.point(message ? keyOf(message, this.#me) : "");
      return "empty";
    }
    this.cancelEdit(room);
    if (!message || this.deeds.seen(message).content === content) return "same";
    const code = await this.deeds.edit(message, content);
    // The words are not lost with the refusal, unless the message itself is.
    if (code !== "done" && !GONE.has(code) && !this.#editing.has(room)) {
      this.#editing.set(room, { id, text: content });
      this.#store.changed("draft");
    }
    return code;
  }

  #meet(people) {
    this.#store.people.take(people);
    this.#store.changed("people", "members");
  }
}

/** A message as somebody else's words: a quote with a name. */
export function forwarded({ content }, name) {
  if (!name) return content;
  const bold = `**${name.replace(/([\\`*_[\]~])/g, "\\$1")}**`;
  if (!content) return `From ${bold}:`;
  const quoted = content.split("\n").map((line) => (line ? `> ${line}` : ">")).join("\n");
  return `${bold} wrote:\n\n${quoted}`;
}
