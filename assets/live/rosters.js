// Who is in a room, for completion: asked for when somebody begins to type a name.

const FRESH_FOR = 60_000;

export class Rosters {
  #rooms = new Map();
  #call;
  #clock;
  #found;

  /** @param found Called with the people of a room when they are here. */
  constructor({ call, clock, found }) {
    this.#call = call;
    this.#clock = clock;
    this.#found = found;
  }

  /** The members' public faces; nothing until they are here. */
  of(room) {
    return this.#rooms.get(room)?.people ?? [];
  }

  async load(room) {
    const known = this.#rooms.get(room);
    if (!room || (known && this.#clock.now() - known.at < FRESH_FOR)) return;
    const place = { at: this.#clock.now(), people: known?.people ?? [] };
    this.#rooms.set(room, place);
    let answer;
    try {
      answer = await this.#call("GET", `/api/rooms/${room}/members`);
    } catch {
      answer = undefined;
    }
    if (this.#rooms.get(room) !== place) return;
    if (!answer?.ok) {
      place.at = -Infinity;
      return;
    }
    place.people = answer.data.members.map((member) => member.user);
    this.#found(place.people);
  }

  /** The room has changed: who is in it, perhaps, too. */
  stale(room) {
    const known = this.#rooms.get(room);
    if (known) known.at = -Infinity;
  }

  forget() {
    this.#rooms.clear();
  }
}
