// Fetching: joins (the first page, and what changed since), older and newer pages. One question of a kind at a time.

/** A change that arrives early is given this long for the one before it to come by itself. */
const GRACE = 150;
const PAGE = 50;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const PAGE_WAIT = 3000;

export class RoomSync {
  #joins = new Map();
  #pages = new Map();
  #online = false;
  #request;
  #timers;
  #timeline;
  #head;
  #joined;
  #refused;
  #changed;
  #paged;
  #hole;

  /**
   * @param request `(event, data) => Promise<answer>`; rejects when no answer came.
   * @param timeline `(room) => Timeline | undefined` of a room whose messages are shown or kept.
   * @param head `(room) => RoomWire | undefined`
   * @param joined Called with `(room, answer)` after the timeline has taken the answer.
   * @param refused Called with `(room, error)` when the server will never answer this.
   * @param hole `(room) => boolean`: whether something is known to be missing.
   * @param paged Called with the answer after the timeline has taken a page.
   * @param changed Called with the room whenever a page is asked for or has come.
   */
  constructor({ request, timers, timeline, head, joined, refused, changed, paged, hole }) {
    this.#request = request;
    this.#timers = timers;
    this.#timeline = timeline;
    this.#head = head;
    this.#joined = joined;
    this.#refused = refused;
    this.#changed = changed;
    this.#paged = paged;
    this.#hole = hole;
  }

  online() {
    this.#online = true;
  }

  /** Every question is void: its answer will not come. */
  offline() {
    this.#online = false;
    for (const join of this.#joins.values()) this.#timers.clearTimeout(join.timer);
    this.#joins.clear();
    this.#pages.clear();
  }

  /** Ask what changed in `room` (soon), or for its newest page when nothing is known of it. */
  need(room, { delay = 0, newest = false, ifHole = false } = {}) {
    if (!this.#online) return;
    const known = this.#joins.get(room);
    if (known?.running) {
      known.again = true;
      known.againNewest ||= newest;
      return;
    }
    if (known && !(delay < known.delay)) {
      known.newest ||= newest;
      known.ifHole &&= ifHole;
      return;
    }
    if (known) this.#timers.clearTimeout(known.timer);
    const join = { delay, tries: known?.tries ?? 0, newest: newest || (known?.newest ?? false), ifHole: ifHole && (known?.ifHole ?? true), running: false, again: false, againNewest: false };
    this.#joins.set(room, join);
    if (delay > 0) join.timer = this.#timers.setTimeout(() => this.#run(room, join), delay);
    else this.#run(room, join);
  }

  /** A hole has appeared in `room`: wait a moment, then ask. */
  gap(room) {
    this.need(room, { delay: GRACE, ifHole: true });
  }

  /** Whether the first page of `room` is on its way. */
  joining(room) {
    return this.#joins.has(room);
  }

  paging(room, direction) {
    return this.#pages.has(`${direction}:${room}`);
  }

  /** Fetch the page before (`older`) or after (`newer`) what is shown. */
  async page(room, direction) {
    const timeline = this.#timeline(room);
    const more = direction === "older" ? timeline?.hasOlder : timeline?.hasNewer;
    const edge = direction === "older" ? timeline?.messages[0] : timeline?.messages.at(-1);
    if (!more || !edge) return;
    const bound = direction === "older" ? { before: edge.seq } : { after: edge.seq };
    await this.#fetch(room, direction, bound, (answer) => timeline[direction](answer));
  }

  /**
   * Replace the window by the surroundings of a message. Resolves to "shown", "missing" or "unanswered"; to undefined
   * when something else is sought by now, or the connection was lost.
   */
  async around(room, id) {
    const key = `around:${room}`;
    if (this.#pages.get(key)?.around === id) return undefined; // whoever asked first is told
    this.seekNothing(room);
    const timeline = this.#timeline(room);
    if (!timeline?.loaded) return "unanswered";
    if (timeline.get(id)) return "shown";
    return this.#fetch(room, "around", { around: id }, (answer) => timeline.around(answer));
  }

  /** No message of `room` is sought any more: a page that is on its way to one is not taken. */
  seekNothing(room) {
    this.#pages.delete(`around:${room}`);
  }

  async #fetch(room, direction, bound, take) {
    const key = `${direction}:${room}`;
    const timeline = this.#timeline(room);
    if (!this.#online || this.#pages.has(key)) return "unanswered";
    this.#pages.set(key, bound);
    const end = timeline.begin();
    this.#changed(room);
    let answer;
    let fits;
    do {
      const { generation } = timeline;
      answer = await this.#history(room, bound);
      if (this.#pages.get(key) !== bound || this.#timeline(room) !== timeline) {
        end();
        this.#release(room, key, bound);
        return undefined;
      }
      fits = timeline.generation === generation;
      // The newest page came meanwhile: what is around a message is as wanted as before.
    } while (direction === "around" && answer && !answer.error && !fits);
    const good = Boolean(answer && !answer.error && fits);
    if (good) {
      take(answer);
      this.#paged(answer);
    }
    end();
    // After a refusal the edge would ask again at once.
    if (good || direction === "around") this.#pages.delete(key);
    else this.#timers.setTimeout(() => this.#release(room, key, bound), (answer?.error?.retryAfter ?? 0) * 1000 || PAGE_WAIT);
    this.#changed(room);
    if (good) return "shown";
    return answer?.error?.code === "not_found" ? "missing" : "unanswered";
  }

  async #history(room, bound) {
    try {
      return await this.#request("history", { room, ...bound, limit: PAGE });
    } catch {
      return undefined;
    }
  }

  #release(room, key, bound) {
    if (this.#pages.get(key) !== bound) return;
    this.#pages.delete(key);
    this.#changed(room);
  }

  async #run(room, join) {
    if (join.ifHole && !this.#hole(room)) {
      this.#joins.delete(room);
      return;
    }
    join.running = true;
    join.delay = 0;
    const timeline = this.#timeline(room);
    const rev = timeline ? (timeline.loaded && !join.newest ? timeline.rev : undefined) : this.#head(room)?.rev;
    const end = timeline?.begin();
    this.#changed(room);
    let answer;
    try {
      answer = await this.#request("join room", rev === undefined ? { room } : { room, after: rev });
    } catch {
      answer = undefined;
    }
    if (this.#joins.get(room) !== join) {
      end?.();
      return;
    }
    this.#joins.delete(room);
    if (!answer || answer.error) {
      end?.();
      this.#failed(room, join, answer?.error);
      return;
    }
    if (timeline && this.#timeline(room) === timeline) {
      if (rev === undefined || !answer.complete) timeline.reset(answer);
      else timeline.resume(answer);
    }
    end?.();
    this.#joined(room, answer);
    const opened = this.#timeline(room);
    if (join.again || (opened && !opened.loaded)) this.need(room, { newest: join.againNewest });
    else if (opened?.gap) this.gap(room);
  }

  #failed(room, join, error) {
    if (error && error.retryAfter === undefined && ["forbidden", "not_found", "invalid", "unauthenticated"].includes(error.code)) {
      this.#refused(room, error);
      return;
    }
    const tries = join.tries + 1;
    const wait = (error?.retryAfter ?? 0) * 1000 || Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1));
    this.need(room, { delay: wait, newest: join.newest });
    const next = this.#joins.get(room);
    if (next) next.tries = tries;
    this.#changed(room);
  }
}
