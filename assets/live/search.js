// What is searched for and what was found, for the search pane. It asks the server's REST door and knows nothing of the
// page; finds come with their words cut into pieces, so nothing here is ever read as markup.

import { share } from "./share.js";

const PAUSE = 200;
const DAY = 24 * 60 * 60_000;
const NOTHING = Object.freeze({ query: "", room: "", sender: "", days: "", first: "", last: "", file: false });

export const EMPTY_SEARCH = Object.freeze({ ...NOTHING, finds: [], rooms: [], writers: [], more: false, busy: false, status: "", trouble: "" });

export class Search {
  #wish = NOTHING;
  #finds = [];
  #next = null;
  #busy = false;
  #asked = false;
  #trouble = "";
  #number = 0;
  #timer;
  #writers = new Map();
  #listeners = new Set();
  #snapshot = EMPTY_SEARCH;
  #store;
  #ask;
  #timers;

  /**
   * @param store The live store: who people are, what rooms are called, words for times.
   * @param ask `(URLSearchParams) => Promise<{finds, next} | {trouble}>`, rejects when no answer came.
   */
  constructor({ store, ask, timers = globalThis }) {
    this.#store = store;
    this.#ask = ask;
    this.#timers = { setTimeout: (...args) => timers.setTimeout(...args), clearTimeout: (id) => timers.clearTimeout(id) };
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get = () => this.#snapshot;

  /** Begin anew; with words or `file` it asks at once. See `wish`. */
  open(wish = {}) {
    this.#forget();
    this.#wish = { ...NOTHING, ...wish };
    this.#begin(0);
  }

  close() {
    this.open();
  }

  /**
   * Search for something else: `{query, room, sender, days, first, last, file}`, any of them. `days` is how far back, or
   * "dates" for the days from `first` to `last`, as a date field gives them.
   */
  wish(change) {
    this.#wish = { ...this.#wish, ...change };
    this.#begin("query" in change ? PAUSE : 0);
  }

  /** Show further finds. */
  more() {
    if (this.#next === null || this.#busy) return;
    this.#run(this.#next);
  }

  /** Search again, after a failure. */
  again() {
    this.#begin(0);
  }

  #forget() {
    this.#timers.clearTimeout(this.#timer);
    this.#number += 1;
    this.#finds = [];
    this.#next = null;
    this.#busy = false;
    this.#asked = false;
    this.#trouble = "";
    this.#writers.clear();
  }

  #begin(wait) {
    this.#timers.clearTimeout(this.#timer);
    this.#number += 1;
    if (!this.#wish.query.trim() && !this.#wish.file) {
      this.#forget();
      this.#changed();
      return;
    }
    this.#busy = true;
    this.#changed();
    this.#timer = this.#timers.setTimeout(() => this.#run(""), wait);
  }

  async #run(before) {
    this.#number += 1;
    const number = this.#number;
    this.#busy = true;
    this.#changed();
    let answer;
    try {
      answer = await this.#ask(this.#parameters(before));
    } catch {
      answer = { trouble: "The server cannot be reached. Try again in a moment." };
    }
    if (number !== this.#number) return;
    this.#busy = false;
    this.#asked = true;
    this.#trouble = answer.trouble ?? "";
    if (!before || answer.trouble) this.#finds = [];
    this.#finds = [...this.#finds, ...(answer.finds ?? [])];
    this.#next = answer.next ?? null;
    for (const { sender } of answer.finds ?? []) if (sender) this.#writers.set(sender._id, sender);
    this.#changed();
    // So many messages only looked alike that a page of them held nothing: go on by itself.
    if (this.#next !== null && this.#finds.length === 0) this.#run(this.#next);
  }

  #parameters(before) {
    const { query, room, sender, days, first, last, file } = this.#wish;
    const parameters = new URLSearchParams(query.trim() ? { q: query } : {});
    if (room) parameters.set("room", room);
    if (sender) parameters.set("from", sender);
    if (days === "dates") {
      if (first) parameters.set("since", midnight(first).toISOString());
      if (last) parameters.set("until", midnight(last, 1).toISOString());
    } else if (days) parameters.set("since", new Date(this.#store.clock.now() - Number(days) * DAY).toISOString());
    if (file) parameters.set("has", "file");
    if (before) parameters.set("before", before);
    return parameters;
  }

  #changed() {
    this.#snapshot = share(this.#snapshot, this.#view());
    for (const listener of [...this.#listeners]) listener();
  }

  #view() {
    const rooms = this.#store.get("rooms", "all");
    const names = new Map(rooms.map((row) => [row.room, row.name]));
    return {
      ...this.#wish,
      finds: this.#finds.map((find) => this.#row(find, names)),
      rooms: rooms.map(({ room, name }) => ({ id: room, name })),
      writers: this.#people(rooms),
      more: this.#next !== null,
      busy: this.#busy,
      status: this.#status(),
      trouble: this.#trouble,
    };
  }

  #row({ message, sender, excerpt }, names) {
    const { people, words, clock } = this.#store;
    if (sender) people.take([sender]);
    const at = Date.parse(message.timestamp);
    const now = clock.now();
    const ago = words.dayNumber(now) - words.dayNumber(at);
    const day = ago === 0 ? "Today" : words.ago(at, now);
    return {
      id: message._id,
      room: message.room,
      href: `/?room=${encodeURIComponent(message.room)}&m=${encodeURIComponent(message._id)}`,
      sender_id: message.sender,
      sender_name: people.name(message.sender),
      avatar_url: people.picture(message.sender),
      bot: people.get(message.sender).bot,
      room_name: names.get(message.room) ?? "",
      time: ago >= 0 && ago < 7 ? `${day} ${words.time(at)}` : day,
      full_time: words.full(at),
      iso: message.timestamp,
      parts: excerpt,
    };
  }

  /** Who can be chosen as the writer: oneself, those one talks to, those who wrote what was found. */
  #people(rooms) {
    const me = this.#store.me?._id ?? "";
    const people = new Map(rooms.filter((row) => row.kind === "direct" && row.avatar_id !== me).map((row) => [row.avatar_id, row.name]));
    for (const [id, sender] of this.#writers) if (id !== me) people.set(id, sender.displayName);
    const others = [...people].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
    return me ? [{ id: me, name: "Me" }, ...others] : others;
  }

  #status() {
    const count = this.#finds.length;
    if (this.#trouble) return "";
    if (!this.#asked) return this.#busy ? "Searching…" : "";
    if (count === 0) return this.#busy ? "Searching…" : this.#wish.query.trim() ? "No message that you can read has these words." : "No message that you can read has a file like this.";
    const many = count === 1 && this.#next === null ? "1 message" : `${count}${this.#next === null ? "" : " and more"} messages`;
    return `${many}, newest first`;
  }
}

/** The beginning of a day where the person is; `later` days after `date` ("2026-01-31"). */
function midnight(date, later = 0) {
  const [year, month, day] = date.split("-").map(Number);
  return new Date(year, month - 1, day + later);
}
