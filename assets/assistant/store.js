// What the page knows of the assistant: answers that grow, their sources, who answers in the open room, and the
// commands that are typed. It stands beside the live store and asks by its socket. No page or framework in here.

import { cite } from "./cite.js";
import { completions, isCommand } from "./commands.js";
import { Streams } from "./streams.js";
import { href } from "../live/rows.js";

const NONE = Object.freeze([]);
/** How long an answer that is done may wait for its message before it is taken off the page. */
const GRACE = 3000;

export const EMPTY = Object.freeze({
  answer: Object.freeze({ html: "", growing: "", stoppable: false, note: "", again: false, mine: false, sources: NONE, footer: "" }),
  streams: NONE,
  stream: Object.freeze({ id: "", html: "", user: "", name: "", stoppable: false }),
  completion: Object.freeze({ open: false, options: NONE, chosen: "" }),
  notice: Object.freeze({ text: "", href: "" }),
  status: Object.freeze({ known: false, member: false, on: false, outside: false, line: "", used: "", manages: false }),
});

export class AssistantStore {
  commands = NONE;

  #live;
  #markdown;
  #timers;
  #newId;
  #zone;
  #streams = new Streams();
  #states = new Map();
  #asked = "";
  #notice = { room: "", text: "", href: "" };
  #chosen = 0;
  #dismissed = "";
  #version = 0;
  #seen = new Map();
  #listeners = new Set();

  /** @param live The live store. @param markdown Renders what grows, fifteen times a second. @param timers `{setTimeout}`. @param newId `() => string`. @param zone The device's time zone. */
  constructor({ live, markdown = live.markdown, timers = globalThis, newId, zone = "" }) {
    this.#live = live;
    this.#markdown = markdown;
    this.#timers = timers;
    this.#newId = newId;
    this.#zone = zone;
    live.command = (draft) => this.command(draft);
    live.listen((name, data) => this.hear(name, data));
    live.subscribe(() => this.#followed());
  }

  // ------------------------------------------------------------ for whoever reads

  subscribe = (listener) => {
    this.#listeners.add(listener);
    const end = this.#live.subscribe(listener);
    return () => {
      this.#listeners.delete(listener);
      end();
    };
  };

  /** The snapshot called `name`; the same object until what it says changes. */
  get(name, id = "") {
    const value = this[`_${name}`](id);
    const key = `${name}\n${id}`;
    const before = this.#seen.get(key);
    if (before !== undefined && same(before, value)) return before;
    if (this.#seen.size > 2000) this.#seen.clear();
    this.#seen.set(key, value);
    return value;
  }

  #changed() {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  // ------------------------------------------------------------ what the server says

  hear(name, data) {
    if (name === "ready") {
      this.#streams.clear();
      this.#asked = "";
      this.#followed();
    } else if (name === "assistant stream") this.#grown(data);
    else if (name === "chat message" || name === "message changed") {
      if (this.#streams.drop(data.clientId)) this.#changed();
    } else if (name === "room changed" && data.room?.room === this.#live.place.room) void this.#ask(data.room.room);
  }

  #grown(piece) {
    if (piece.done) {
      // Its message comes by another way and takes its place; where none comes, it goes away by itself.
      this.#timers.setTimeout(() => this.#streams.drop(piece.id) && this.#changed(), GRACE);
      return;
    }
    if (this.#streams.take(piece)) this.#changed();
    else void this.#ask(piece.room);
  }

  /** The live store changed: another room may be open, or the connection back. */
  #followed() {
    const { room } = this.#live.place;
    if (!room || room === this.#asked || !this.#live.link.online || !this.#live.heads.get(room)) return;
    this.#asked = room;
    void this.#ask(room);
  }

  async #ask(room) {
    let state;
    try {
      state = await this.#live.request("assistant state", { room, zone: this.#zone || undefined });
    } catch {
      return; // Without an answer it is asked for again after the next connection.
    }
    if (!state || state.error) return;
    this.#states.set(room, state);
    this.#streams.refill(room, this.#assistant(room), state.growing);
    this.#changed();
  }

  /** The user id of the assistant, as far as the room tells it. */
  #assistant(room) {
    const peer = this.#live.heads.get(room)?.peer;
    return peer?.bot ? peer._id : "";
  }

  // ------------------------------------------------------------ what people do

  stop(id) {
    return this.#do("assistant stop", { id });
  }

  again(message) {
    return this.#do("assistant again", { message });
  }

  switchTo(on) {
    return this.#do("assistant switch", { room: this.#live.place.room, on });
  }

  /**
   * Take a draft that is a command. Returns "" when it is none and goes the way of messages, "kept" when it stays in
   * the field with a word why, "taken" when it is on its way.
   */
  command({ room, content, replyTo }) {
    if (!isCommand(content)) return "";
    const own = Boolean(this.#live.heads.get(room)?.peer?.bot);
    if (!this.#live.link.online) {
      if (own) return ""; // In the assistant's own conversation a command can wait like any message.
      this.#say(room, "There is no connection. Send the command again when it is back.");
      return "kept";
    }
    const state = this.#states.get(room);
    if (state?.provider === "off") return "";
    const word = content.trim().slice(1).split(/\s/, 1)[0].toLowerCase();
    if (!own && !this.commands.some(({ name, aliases }) => name === word || aliases.includes(word))) {
      const near = this.commands.map(({ name }) => `/${name}`).join(", ");
      this.#say(room, `There is no command /${word}. There are ${near}.`);
      return "kept";
    }
    this.#notice = { room: "", text: "", href: "" };
    void this.#send(room, content, replyTo);
    return "taken";
  }

  async #send(room, content, replyTo) {
    const { drafts } = this.#live;
    const asked = { room, text: content, clientId: this.#newId(), zone: this.#zone || undefined, replyTo: replyTo || undefined };
    const answer = await this.#request("assistant command", asked);
    if (answer.error) {
      this.#say(room, answer.error.message);
      this.#giveBack(drafts, { room, content, replyTo });
    } else if (answer.message.room !== room) {
      this.#say(room, "Only you see the answer. It is in your conversation with the assistant.", href(answer.message.room));
    }
  }

  /** Lay what was typed where it was typed, whatever is open or edited by now; newer words stay. */
  #giveBack(drafts, { room, content, replyTo }) {
    if (drafts.text(room)) return;
    drafts.set(room, content);
    if (replyTo && !drafts.replyTo(room)) drafts.reply(room, replyTo);
    this.#live.changed("draft", "drafts");
  }

  async #do(event, data) {
    const { room } = this.#live.place;
    const answer = await this.#request(event, data);
    if (answer.error) this.#say(room, answer.error.message);
    else if (event === "assistant switch") void this.#ask(room);
    return !answer.error;
  }

  async #request(event, data) {
    try {
      return await this.#live.request(event, data);
    } catch {
      return { error: { message: "The server did not answer. Try again." } };
    }
  }

  #say(room, text, to = "") {
    this.#notice = { room, text, href: to };
    this.#changed();
  }

  dismissNotice() {
    this.#say("", "");
  }

  /** Move the choice in the list of commands by `step`, around its ends. */
  move(step) {
    const { length } = this.#items();
    if (length > 0) this.#chosen = (this.#chosen + step + length) % length;
    this.#changed();
  }

  /** Put the command called `name`, or the chosen one, into the draft. */
  pick(name = this._completion().chosen) {
    if (!name) return;
    this.#chosen = 0;
    this.#live.setDraft(`/${name} `);
    this.#changed();
  }

  /** Put the list of commands away until something else is typed. */
  dismiss() {
    this.#dismissed = this.#live.get("draft");
    this.#changed();
  }

  #items() {
    const draft = this.#live.get("draft");
    if (draft === this.#dismissed && draft) return NONE;
    if (this.#states.get(this.#live.place.room)?.provider === "off") return NONE;
    return completions(draft, this.commands);
  }

  // ------------------------------------------------------------ snapshots

  _answer(id) {
    const live = this.#live;
    const message = live.timelines.get(live.place.room)?.get(id);
    if (!message || message.deletedAt) return EMPTY.answer;
    const about = message.data?.assistant ?? {};
    const stream = this.#streams.get(message.clientId);
    const mine = about.asker !== undefined && about.asker === live.me?._id;
    const sources = about.sources ?? NONE;
    const text = stream ? stream.text : message.content;
    const key = stream ? `${message._id}:${stream.n}s` : `${message._id}:${message.rev}`;
    return {
      html: stream ? this.#markdown.render(key, text) : cite(live.markdown.render(key, text), sources),
      growing: stream ? stream.id : "",
      stoppable: Boolean(stream) && mine,
      note: stream ? "" : (about.note ?? ""),
      again: !stream && mine && Boolean(about.again) && live.link.online,
      mine,
      sources: stream || sources.length === 0 ? NONE : sources.map((source) => this.#source(source, message.room)),
      footer: footer(about, sources),
    };
  }

  #source({ n, message, room, who, place, at, state }, here) {
    const where = (room === here || !place || place === who ? "" : `, ${place}`) + this.#when(at);
    const gone = state === "deleted" ? ", deleted since" : state === "edited" ? ", edited since" : "";
    return { n, message, href: href(room, message), text: `${who}${where}${gone}`, gone: Boolean(state) };
  }

  /** A moment in few words: the time, before it the day when that is not today. */
  #when(iso) {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) return "";
    const { words, clock } = this.#live;
    const now = clock.now();
    const day = words.dayNumber(at) === words.dayNumber(now) ? "" : `${words.day(at, now)} `;
    return `, ${day}${words.time(at)}`;
  }

  _streams() {
    const live = this.#live;
    const { room } = live.place;
    const coming = this.#streams.in(room);
    if (coming.length === 0) return coming; // asked with every message
    const stored = new Set((live.timelines.get(room)?.messages ?? []).map((message) => message.clientId));
    return coming
      .filter((stream) => !stored.has(stream.id))
      .map((stream) => stream.id);
  }

  _stream(id) {
    const live = this.#live;
    const stream = this.#streams.get(id);
    if (!stream) return EMPTY.stream;
    return {
      id,
      html: this.#markdown.render(`${id}:${stream.n}`, stream.text),
      user: stream.user,
      name: stream.user ? live.people.name(stream.user) : "Beside",
      stoppable: stream.asker === live.me?._id,
    };
  }

  _completion() {
    const items = this.#items();
    if (items.length === 0) return EMPTY.completion;
    const chosen = items[Math.min(this.#chosen, items.length - 1)].name;
    return {
      open: true,
      chosen,
      options: items.map(({ name, usage, summary }) => ({ name, usage, summary, chosen: name === chosen })),
    };
  }

  _notice() {
    return this.#notice.room === this.#live.place.room ? { text: this.#notice.text, href: this.#notice.href } : EMPTY.notice;
  }

  _status() {
    const { room } = this.#live.place;
    const state = this.#states.get(room);
    if (!state || state.provider === "off") return EMPTY.status;
    const { kind, role } = this.#live.heads.get(room) ?? {};
    return {
      known: true,
      member: state.member,
      on: state.on,
      outside: state.outside,
      line: line(state),
      used: used(state),
      manages: kind === "group" && (role === "owner" || role === "admin"),
    };
  }
}

function line({ provider, model, outside, on }) {
  if (!on) return "The assistant is switched off here";
  if (provider === "builtin") return "Built in, nothing leaves this server";
  return outside ? `${model}, text leaves this server` : `${model}, runs on this server`;
}

const number = new Intl.NumberFormat("en");

function used({ provider, used: tokens, limit }) {
  if (provider === "builtin") return "";
  if (limit > 0) return `You have used ${number.format(tokens)} of ${number.format(limit)} tokens this month`;
  return `You have used ${number.format(tokens)} tokens this month`;
}

function footer(about, sources) {
  const read = Math.max(about.read ?? 0, sources.length);
  if (read === 0) return "";
  return `Read ${number.format(read)} ${read === 1 ? "message" : "messages"} for this`;
}

/** Whether two snapshots say the same. */
function same(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}
