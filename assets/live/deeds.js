// What people do to messages that are there already: react, edit, delete, pin. It shows at once and goes to the
// server by REST; when the server refuses, the message is again what it was, and a toast says why.

import { ballots, voted } from "./polls.js";

const NO_ANSWER = "The server cannot be reached. Try again when the connection is back.";

/** How a message looks once the server has done it. Each may be laid over any form of the message, and twice. */
export const looks = {
  vote: (me, emoji, on) => (message) => ({ ...message, reactions: voted(message, me, emoji, on) }),
  closed: (me, at) => (message) => ({ ...message, data: { ...message.data, poll: { ...message.data.poll, closedAt: at, closedBy: me } } }),
  reaction: (me, emoji, on) => (message) => {
    const people = message.reactions[emoji] ?? [];
    if (people.includes(me) === on) return message;
    const after = on ? [...people, me] : people.filter((id) => id !== me);
    const reactions = { ...message.reactions, [emoji]: after };
    if (after.length === 0) delete reactions[emoji];
    return { ...message, reactions };
  },
  text: (content, at) => (message) => ({ ...message, content, editedAt: at, rev: `${message.rev}:${at}` }),
  gone: (at) => (message) => ({ ...message, content: "", deletedAt: at, replyTo: null, reactions: {}, attachments: [], mentions: [], pinnedAt: null, pinnedBy: null }),
  pin: (me, at) => (message) => ({ ...message, pinnedAt: at, pinnedBy: at ? me : null }),
};

export class Deeds {
  /** message id -> `{look, until}` in order; the list is replaced, never changed. `until`: the rev that has it. */
  #patches = new Map();
  #chains = new Map();
  #shown = new WeakMap();
  #call;
  #clock;
  #me;
  #take;
  #refused;
  #changed;

  /**
   * @param call `(method, path, body) => Promise<{ok, status, data}>`; rejects when no answer came.
   * @param me `() => string`, the own user id.
   * @param take Called with a message as the server has it now.
   * @param refused Called with words for people.
   * @param changed Called whenever a message looks different.
   */
  constructor({ call, clock, me, take, refused, changed }) {
    this.#call = call;
    this.#clock = clock;
    this.#me = me;
    this.#take = take;
    this.#refused = refused;
    this.#changed = changed;
  }

  /** The message as it will be; the same object for the same message while nothing changes. */
  seen(message) {
    const patches = this.#patches.get(message?._id);
    if (!patches) return message;
    const known = this.#shown.get(message);
    if (known?.patches === patches) return known.value;
    const value = patches.reduce((now, { look, until }) => (message.rev < until ? look(now) : now), message);
    this.#shown.set(message, { patches, value });
    return value;
  }

  /** Give the reaction, or take it back when it is there. Like the others resolves to "done" or the refusal's code. */
  react(message, emoji) {
    const me = this.#me();
    const on = !(this.seen(message).reactions[emoji] ?? []).includes(me);
    const path = `/api/chat/messages/${message._id}/reactions/${encodeURIComponent(emoji)}`;
    const look = (ballots(message).includes(emoji) ? looks.vote : looks.reaction)(me, emoji, on);
    return this.#do(message._id, look, on ? "PUT" : "DELETE", path);
  }

  closePoll(message) {
    return this.#do(message._id, looks.closed(this.#me(), this.#now()), "PUT", `/api/chat/messages/${message._id}/closed`);
  }

  edit(message, content) {
    return this.#do(message._id, looks.text(content, this.#now()), "PATCH", `/api/chat/messages/${message._id}`, { content });
  }

  remove(message) {
    return this.#do(message._id, looks.gone(this.#now()), "DELETE", `/api/chat/messages/${message._id}`);
  }

  pin(message, on) {
    const look = looks.pin(this.#me(), on ? this.#now() : null);
    return this.#do(message._id, look, on ? "PUT" : "DELETE", `/api/chat/messages/${message._id}/pin`);
  }

  /** Another account: nothing of this is its own. */
  clear() {
    this.#patches.clear();
  }

  #now() {
    return new Date(this.#clock.now()).toISOString();
  }

  async #do(id, look, method, path, body) {
    const patch = { look, until: Infinity };
    this.#set(id, [...this.#open(id), patch]);
    this.#changed();
    // What is done to one message arrives in the order it was done in.
    const before = this.#chains.get(id) ?? Promise.resolve();
    const mine = before.then(() => this.#call(method, path, body)).catch(() => undefined);
    this.#chains.set(id, mine);
    const answer = await mine;
    if (this.#chains.get(id) === mine) this.#chains.delete(id);
    const message = answer?.ok ? answer.data?.message : undefined;
    // The look stays until the message itself is here in this form: it may have to wait for one before it.
    const after = message ? [{ look, until: message.rev }] : [];
    this.#set(id, (this.#patches.get(id) ?? []).flatMap((other) => (other === patch ? after : [other])));
    if (message) this.#take(message);
    this.#changed();
    if (!message) this.#refused(answer?.data?.detail ?? NO_ANSWER);
    return message ? "done" : (answer?.data?.code ?? "unreachable");
  }

  /** The looks that the server has not confirmed. */
  #open(id) {
    return (this.#patches.get(id) ?? []).filter((patch) => patch.until === Infinity);
  }

  #set(id, patches) {
    if (patches.length > 0) this.#patches.set(id, patches);
    else this.#patches.delete(id);
  }
}
