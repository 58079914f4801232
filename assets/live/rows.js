// The timeline's rows as the page shows them: everything is words and flags, so that a row only places it.

import { NO_LINK, linkView } from "./linkview.js";
import { attachmentView, titleOf } from "./attachments.js";
import { systemLine } from "./lines.js";
import { mayIn } from "./may.js";
import { plain } from "./markdown.js";
import { NO_POLL, pollView, reactionsBeside } from "./polls.js";
import { TICK_TEXT, counts, reach, tick } from "./receipts.js";
import { share } from "./share.js";

const GROUP = 5 * 60_000;
/** What stands for a message of somebody blocked. */
export const FOLDED = "A message from somebody you blocked";

const NONE = Object.freeze([]);
const ROOM_WORDS = ["room", "all", "here", "everyone", "channel"];

export const NO_QUOTE = Object.freeze({ id: "", name: "", sender_id: "", avatar_url: "", text: "", href: "" });

/** The key of a stored message's row: the same before and after it was stored. */
export const keyOf = (message, me) => (message.sender === me ? message.clientId || message._id : message._id);

/** The address of a room, or of a message in it. */
export const href = (room, message = "") => `/?room=${encodeURIComponent(room)}${message ? `&m=${encodeURIComponent(message)}` : ""}`;

export class MessageRows {
  #cache = new Map();
  #words;
  #markdown;
  #people;
  #clock;
  #base;

  constructor({ words, markdown, people, clock, base = "" }) {
    this.#words = words;
    this.#markdown = markdown;
    this.#people = people;
    this.#clock = clock;
    this.#base = base;
  }

  /**
   * @param view.me Own user id.
   * @param view.head The room's RoomWire.
   * @param view.timeline Its Timeline.
   * @param view.entries Its outbox entries.
   * @param view.divider The read pointer at entry, or null: the New line stands after it.
   * @param view.highlighted A message id, or "".
   * @param view.seen `(message) => message` as it looks with what is under way to the server.
   */
  build({ me, head, timeline, entries, divider, highlighted, seen = (message) => message }) {
    const now = this.#clock.now();
    const pointers = reach(head, me);
    const used = new Map();
    const today = this.#words.dayNumber(now);
    const newAt = this.#firstNew(timeline, divider, me);
    // What may stand in any row; of the room's state only who may vote on and close polls.
    const around = [me, today, newAt, highlighted, this.#people.version, head?.role, Boolean(head?.archivedAt)].join("|");
    let previous = null;
    const rows = [];
    const add = (key, message, { error = "", state = message.sender === me ? tick(message.seq, pointers) : "" } = {}) => {
      const quoted = message.replyTo ? seen(timeline.get(message.replyTo)) : undefined;
      const from = { message, previous, quoted, state, error, around };
      const known = this.#cache.get(key);
      const made = known && same(known.from, from) ? known : { from, row: share(known?.row, this.#row(key, from, { now, me, head, newAt, highlighted })) };
      used.set(key, made);
      rows.push(made.row);
      previous = message;
    };
    const shown = new Set();
    for (const stored of timeline.messages) {
      const message = seen(stored);
      const key = keyOf(message, me);
      shown.add(key);
      add(key, message);
    }
    if (!timeline.hasNewer) {
      for (const entry of entries) {
        if (shown.has(entry.clientId)) continue;
        if (entry.message) add(entry.clientId, entry.message, { state: "sent" });
        else add(entry.clientId, unsent(entry, me), entry);
      }
    }
    this.#cache = used;
    return rows;
  }

  #firstNew(timeline, divider, me) {
    if (divider === null) return undefined;
    const first = timeline.messages[0];
    if (!first || (first.seq > divider + 1 && timeline.hasOlder)) return undefined;
    return timeline.messages.find((message) => message.seq > divider && counts(message, me))?._id;
  }

  #row(key, { message, previous, quoted, state, error }, { now, me, head, newAt, highlighted }) {
    const { _id: id = "", room, sender } = message;
    const people = this.#people;
    const at = saidAt(message);
    const before = previous && saidAt(previous);
    const day = previous && this.#words.dayNumber(before) === this.#words.dayNumber(at) ? "" : this.#words.day(at, now);
    const divided = id !== "" && id === newAt;
    const follows = previous && !previous.deletedAt && isPlain(previous) && isPlain(message) && previous.sender === sender;
    const first = Boolean(day) || divided || !follows || at - before >= GROUP || at < before;
    const deleted = Boolean(message.deletedAt);
    const system = !deleted && !isPlain(message) ? this.#quietLine(message, me) : "";
    const folded = !deleted && !system && people.folded(message);
    const body = deleted || system || folded ? "" : message.content;
    return {
      key,
      id,
      room,
      seq: message.seq ?? 0,
      href: id ? href(room, id) : "",
      mine: sender === me,
      first,
      day,
      new_divider: divided,
      sender_id: sender,
      sender_name: people.name(sender),
      avatar_url: people.picture(sender),
      bot: people.get(sender).bot,
      time: this.#words.time(at),
      full_time: this.#words.full(at),
      iso: new Date(at).toISOString(),
      html: body ? this.#markdown.render(id ? `${id}:${message.rev}` : key, body, this.#calls(message, me)) : "",
      text: body,
      kind: message.messageType,
      state,
      state_text: TICK_TEXT[state],
      error,
      edited: Boolean(message.editedAt) && !deleted,
      deleted,
      folded,
      spoken: Boolean(message.data?.spoken || message.data?.caption) && !deleted,
      pinned: Boolean(message.pinnedAt) && !deleted,
      highlighted: id !== "" && id === highlighted,
      system,
      link: deleted || folded ? NO_LINK : linkView(message.data?.preview),
      quote: message.replyTo && !folded ? this.quote(room, message.replyTo, quoted) : NO_QUOTE,
      reactions: folded ? NONE : this.#reactions(reactionsBeside(message), me),
      poll: folded ? NO_POLL : this.#poll(message, head, me),
      attachments: message.attachments.length > 0 && !folded ? message.attachments.map((file) => attachmentView(file, this.#words, this.#base)) : NONE,
    };
  }

  /** The quote of a message; one that is not loaded is named without its words. */
  quote(room, id, message) {
    if (!message) return { ...NO_QUOTE, id, text: "An earlier message", href: href(room, id) };
    return {
      id,
      name: this.#people.name(message.sender),
      sender_id: message.sender,
      avatar_url: this.#people.picture(message.sender),
      text: this.#people.folded(message) ? FOLDED : summary(message),
      href: href(room, id),
    };
  }

  /** Whom the text calls: names in lower case, with "me" for oneself. */
  #calls({ mentions }, me) {
    if (!mentions?.length) return undefined;
    const calls = new Map();
    for (const id of mentions) {
      const person = this.#people.get(id);
      calls.set(person.username.toLowerCase(), id === me ? "me" : "");
      // The assistant's shown name calls it too (services/called.py).
      if (person.bot) calls.set(this.#people.name(id).toLowerCase().replace(/\s+/g, "-"), "");
    }
    for (const word of ROOM_WORDS) calls.set(word, mentions.includes(me) ? "me" : "");
    return calls;
  }

  #quietLine(message, me) {
    if (message.messageType === "call") return callLine(message, me, this.#words, (id) => this.#people.name(id));
    return systemLine(message, this.#people, me) || "Something happened here that this version cannot show.";
  }

  #poll(message, head, me) {
    if (!message.data?.poll || message.deletedAt) return NO_POLL;
    const may = mayIn(head, message, me);
    return pollView(message, { me, may: may.react, manages: may.remove, names: (people) => this.#named(people, me) });
  }

  #named(people, me) {
    return this.#words.names(people.map((id) => (id === me ? "You" : this.#people.name(id))));
  }

  #reactions(reactions, me) {
    const entries = Object.entries(reactions);
    if (entries.length === 0) return NONE;
    return entries.map(([emoji, people]) => ({
      emoji,
      count: people.length,
      mine: people.includes(me),
      names: this.#named(people, me),
    }));
  }
}

/** When a message was said, in milliseconds. */
const saidAt = (message) => message.at ?? Date.parse(message.timestamp);

/** Whether a row would be made from the very same things. */
const same = (known, from) =>
  known.message === from.message &&
  known.previous === from.previous &&
  known.quoted === from.quoted &&
  known.state === from.state &&
  known.error === from.error &&
  known.around === from.around;

/** Whether a message is somebody's words (and not a quiet line of the room). */
const isPlain = (message) => message.messageType === "text";

/** An outbox entry in the form of a message; the same object for the same entry. */
const entriesAsMessages = new WeakMap();
function unsent(entry, me) {
  let message = entriesAsMessages.get(entry);
  if (!message) {
    const { room, content, replyTo, messageType, clientId, at } = entry;
    message = { room, sender: me, content, replyTo, messageType, clientId, at, reactions: {}, attachments: entry.files ?? [] };
    entriesAsMessages.set(entry, message);
  }
  return message;
}

function callLine({ data, sender }, me, words, named) {
  const what = data?.kind === "video" ? "Call with picture" : "Call";
  if (Array.isArray(data?.people)) {
    const others = data.people.filter((id) => id !== me).map(named);
    return `${what}, ${words.length(data.seconds)}, ${words.names(data.people.includes(me) ? [...others, "you"] : others)}`;
  }
  if (data?.seconds > 0) return `${what}, ${words.length(data.seconds)}`;
  if (data?.reason === "missed" || data?.reason === "cancelled") return sender === me ? `${what}, no answer` : `Missed ${what.toLowerCase()}`;
  if (data?.reason === "declined") return `${what}, declined`;
  if (data?.reason === "busy") return sender === me ? `${what}, the line was busy` : `Missed ${what.toLowerCase()}, your line was busy`;
  if (data?.reason) return `${what}, not connected`;
  return what;
}

/** A message on one line, for the list, quotes and announcements. */
export function summary(message) {
  if (message.deletedAt) return "Message deleted";
  if (message.data?.poll) return `Poll: ${message.data.poll.question}`;
  const text = plain(message.content);
  if (text) return text;
  if (message.messageType === "call") return "Call";
  const [file] = message.attachments;
  return file ? titleOf(file) : "";
}
