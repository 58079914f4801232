// Asking the server for a call. The answer may come when whoever asked has given up already, and calls somebody else. The
// server lets a person be in one call alone: so the next request waits until what became of the last one is gone.

import { Leaving } from "./leaving.js";

export class Calling {
  #ask;
  #newest = null;
  #last = Promise.resolve();
  #givenUp = new Set(); // rooms of requests that may still ring

  /** @param ask `(event, data) => Promise` of the answer, or of null without one. */
  constructor(ask) {
    this.#ask = ask;
    this.leaving = new Leaving((call, failed) => ask("call end", { call, failed }));
  }

  /** Ask. Resolves to the answer, to null without one, and to undefined when it was given up meanwhile. */
  async begin(event, data) {
    const request = (this.#newest = { room: data.room, sent: false });
    const answered = this.#last.then(() => this.#send(request, event, data));
    this.#last = answered;
    const answer = await answered;
    return this.#newest === request ? answer : undefined;
  }

  giveUp() {
    if (this.#newest?.sent) this.#givenUp.add(this.#newest.room);
    this.#newest = null;
  }

  /** A call of this page begins to ring; whether it was given up already. Then it is left. */
  refuses({ _id, room }) {
    if (!this.#givenUp.delete(room)) return false;
    this.leaving.leave(_id);
    return true;
  }

  async #send(request, event, data) {
    await this.leaving.told();
    if (this.#newest !== request) return undefined;
    request.sent = true;
    this.#givenUp.delete(request.room);
    const answer = await this.#ask(event, data);
    if (this.#newest === request || !answer) return answer;
    this.#givenUp.delete(request.room);
    if (answer.call) this.leaving.leave(answer.call._id);
    return undefined;
  }
}
