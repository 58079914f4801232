// The people this page has heard of, and who is there.

import { pictureOf } from "./avatar.js";

const NOBODY = { _id: "", username: "", displayName: "Somebody", avatar: null, bot: false };

export class People {
  /** Rises when a known person's face changes: rows that show it are then made anew. */
  version = 0;
  #people = new Map();
  #presence = new Map();
  #hearing = true;
  #blocked = new Set();
  #opened = new Set();
  #base;

  /** @param base Where pictures are served, "" for this origin. */
  constructor(base = "") {
    this.#base = base;
  }

  /** Returns whether anything is new. */
  take(users) {
    let changed = false;
    for (const user of users) {
      if (!user?._id) continue;
      const known = this.#people.get(user._id);
      if (known && known.displayName === user.displayName && known.username === user.username && known.avatar === user.avatar && known.bot === user.bot) continue;
      this.#people.set(user._id, user);
      changed = true;
    }
    if (changed) this.version += 1;
    return changed;
  }

  get(id) {
    return this.#people.get(id) ?? NOBODY;
  }

  has(id) {
    return this.#people.has(id);
  }

  name(id) {
    return this.get(id).displayName;
  }

  /** The address of a person's picture; empty for the assistant, whose mark the page draws. */
  picture(id) {
    const user = this.get(id);
    return user.bot && !user.avatar ? "" : pictureOf(id, user.avatar, this.#base);
  }

  /** Whom this person has blocked. */
  setBlocked(ids) {
    const blocked = new Set(ids ?? []);
    const same = blocked.size === this.#blocked.size && [...blocked].every((id) => this.#blocked.has(id));
    if (same) return;
    this.#blocked = blocked;
    this.version += 1;
  }

  blocked(id) {
    return this.#blocked.has(id);
  }

  /** Whether a message of somebody blocked is to be shown folded. */
  folded({ _id: id, sender }) {
    return this.#blocked.has(sender) && !this.#opened.has(id);
  }

  /** Show one such message after all. */
  unfold(id) {
    this.#opened.add(id);
    this.version += 1;
  }

  setPresence(all) {
    this.#presence = new Map(Object.entries(all ?? {}));
  }

  heard({ user, state }) {
    if (state === "offline") this.#presence.delete(user);
    else this.#presence.set(user, state);
  }

  /** Whether the server is heard: without it nobody knows who is there. */
  heardFrom(hearing) {
    this.#hearing = hearing;
  }

  /** "online", "away" or "offline"; "" while that cannot be known. */
  presence(id) {
    if (!this.#hearing) return "";
    return this.#blocked.has(id) ? "offline" : (this.#presence.get(id) ?? "offline");
  }
}

const ASK_AFTER = 100;
const MOST_AT_ONCE = 100;

/** Asks for the faces of people whose ids came without one, several at a time and nobody twice. */
export class FaceFinder {
  #wanted = new Set();
  #asked = new Set();
  #timer;
  #people;
  #request;
  #timers;
  #found;

  constructor({ people, request, timers, found }) {
    this.#people = people;
    this.#request = request;
    this.#timers = timers;
    this.#found = found;
  }

  want(ids) {
    for (const id of ids) if (id && !this.#people.has(id) && !this.#asked.has(id)) this.#wanted.add(id);
    if (this.#wanted.size > 0) this.#timer ??= this.#timers.setTimeout(() => this.#ask(), ASK_AFTER);
  }

  /** Forget what was asked: after a reconnection it may be asked again. */
  reset() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted.clear();
    this.#asked.clear();
  }

  async #ask() {
    this.#timer = undefined;
    const users = [...this.#wanted].slice(0, MOST_AT_ONCE);
    for (const id of users) {
      this.#wanted.delete(id);
      this.#asked.add(id);
    }
    this.want(this.#wanted);
    try {
      const answer = await this.#request("people", { users });
      if (answer?.people) this.#found(answer.people);
    } catch {
      // No answer: asked again after the reconnection, if somebody still wants to know.
    }
  }
}
