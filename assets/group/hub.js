// The calls of rooms as this page knows them, and the one that it is in. Small, for it comes with the page; what a call
// needs (connection, devices, stage) is fetched with the first one, by `load`.

import { share } from "../live/share.js";
import { NOT_FETCHED } from "../live/words.js";

const KEPT = "chatbeside.group";
const NO_CALL = Object.freeze({ count: 0, names: "", mine: false, elsewhere: false, full: false, busy: false });

export class GroupHub {
  /**
   * @param request `(event, data) => Promise` of the answer; rejects when none came. @param me `() => id` of the account.
   * @param people `{name(id)}`. @param device The name of this page. @param load `() => Promise<{GroupSession}>`.
   * Called for each call; rejects when what a call needs cannot be fetched. @param make Options for a `GroupSession`.
   * @param kept A Storage or undefined, for what a reload must not lose.
   * @param busy `() => boolean`: whether this page is in another call. @param names `(people) => string` of some names.
   */
  constructor({ request, me, people, device, load, make, kept, busy, names }) {
    Object.assign(this, { people, device, me, request });
    this.#load = load;
    this.#make = make;
    this.#kept = kept;
    this.#busy = busy;
    this.#names = names;
  }

  /** The `GroupSession` of the call that this page is in, or null. */
  session = null;
  /** `{room, title, line, again}` after a call, or what could not be done; null shows nothing. */
  notice = null;

  #load;
  #make;
  #kept;
  #busy;
  #names;
  #calls = new Map(); // by room
  #views = new Map();
  #joining = "";
  #begun = false;
  #listeners = new Set();

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether this page may come into a call now: it is in none. */
  get free() {
    return !this.session && !this.#joining && !this.#busy();
  }

  call(room) {
    return this.#calls.get(room) ?? null;
  }

  /** How the call of a room looks from here; the same object until it changes. */
  view(room) {
    const call = this.#calls.get(room);
    const others = call?.seats.map((seat) => seat.user).filter((user) => user !== this.me()) ?? [];
    const next = call
      ? {
          count: call.seats.length,
          names: this.#names(others.map((user) => this.people.name(user))),
          mine: this.session?.call.room === room,
          elsewhere: this.session?.call.room !== room && call.seats.some((seat) => seat.user === this.me()),
          full: call.seats.length >= call.seatsMost,
          busy: this.#joining === room,
        }
      : { ...NO_CALL, busy: this.#joining === room };
    const view = share(this.#views.get(room) ?? NO_CALL, next);
    this.#views.set(room, view);
    return view;
  }

  // ------------------------------------------------------------ what the server says

  hear(name, data) {
    if (name === "group call") this.take(data);
    else if (name === "group media") this.session?.media(data);
    else if (name === "ready") this.#ready(data.groupCalls ?? []);
    else if (name === "session ended") this.leave();
  }

  /** Take a call as the server has it; what is older than what is known changes nothing. */
  take(call) {
    const known = this.#calls.get(call.room);
    if (known?._id === call._id && call.version <= known.version) return;
    if (call.state === "ended") {
      if (known?._id === call._id) this.#calls.delete(call.room);
    } else this.#calls.set(call.room, call);
    const session = this.session;
    if (session?.call._id === call._id) {
      if (call.state === "ended") this.#over(ENDED[call.reason] ?? ENDED.left, call);
      else if (call.seats.some((seat) => seat.user === this.me() && seat.device !== this.device)) this.#over(MOVED, call);
      else session.take(call);
    }
    this.changed();
  }

  #ready(calls) {
    const first = !this.#begun;
    this.#begun = true;
    const now = new Map(calls.map((call) => [call.room, call]));
    for (const room of [...this.#calls.keys()]) if (!now.has(room)) this.#calls.delete(room);
    for (const call of calls) this.take(call);
    const session = this.session;
    if (session) {
      const call = now.get(session.call.room);
      if (call?._id !== session.call._id) this.#over(ENDED.server_restarted, session.call);
      else session.online();
    } else if (first) this.#comeBack(now);
    this.changed();
  }

  /** This page was loaded anew in the middle of a call. */
  #comeBack(calls) {
    let kept = {};
    try {
      kept = JSON.parse(this.#kept?.getItem(KEPT) ?? "{}");
    } catch {
      // Then it does not come back by itself.
    }
    const call = calls.get(kept.room);
    if (call?.seats.some((seat) => seat.user === this.me() && seat.device === this.device)) this.join(kept);
    else this.#forget();
  }

  // ------------------------------------------------------------ what a person does

  /** Begin the call of a room, or come into the one that goes on. */
  async join({ room, kind = "audio", title = "", camera = kind === "video", muted = false, small = false }) {
    if (this.session?.call.room === room) {
      this.session.setSmall(false);
      return;
    }
    if (this.#joining) return;
    if (this.session || this.#busy()) {
      this.#tell({ room, title: "You are in a call already", line: "Leave it first." });
      return;
    }
    this.#joining = room;
    this.#tell(null);
    try {
      // Before a seat is asked for: without it nobody could take the seat.
      const loaded = await this.#load().catch(() => null);
      if (this.#joining !== room) return;
      if (!loaded) {
        this.#tell({ room, title: "No call", line: NOT_FETCHED });
        return;
      }
      const answer = await this.request("group join", { room, kind, camera, muted, device: this.device });
      if (answer?.error) this.#tell({ room, title: "No call", line: answer.error.message });
      else if (this.#joining === room) this.#enter(loaded.GroupSession, answer, { title, camera, muted, small });
    } catch {
      this.#tell({ room, title: "No call", line: "The server cannot be reached. Try again in a moment." });
    } finally {
      this.#joining = "";
      this.changed();
    }
  }

  #enter(GroupSession, { call, words }, wanted) {
    const session = new GroupSession({
      ...this.#make,
      call,
      words,
      title: wanted.title,
      me: this.me(),
      people: this.people,
      device: this.device,
      request: this.request,
      changed: () => this.session === session && this.#keep(),
      over: (how) => this.session === session && this.#over(how, session.call),
    });
    this.session = session;
    this.take(call);
    const seat = call.seats.find(({ user }) => user === this.me());
    session.start({ camera: wanted.camera && Boolean(seat?.camera), muted: wanted.muted, small: wanted.small });
    this.#keep();
  }

  leave() {
    const session = this.session;
    this.#joining = "";
    if (!session) return;
    this.session = null;
    session.close();
    this.#forget();
    this.request("group leave", { call: session.call._id, device: this.device }).catch(() => {});
    this.changed();
  }

  dismiss() {
    this.#tell(null);
  }

  /** The page goes away. The call stays: a reload comes back into it. */
  hide() {
    this.session?.close();
    this.session = null;
  }

  changed() {
    for (const listener of [...this.#listeners]) listener();
  }

  #over(how, call) {
    const session = this.session;
    this.session = null;
    session?.close();
    this.#forget();
    this.#tell({ room: call.room, ...how, name: session?.title ?? "" });
  }

  #tell(notice) {
    this.notice = notice;
    this.changed();
  }

  #keep() {
    const { call, title, view } = this.session;
    const kept = { room: call.room, title, camera: view.camera, muted: view.muted, small: view.small };
    try {
      this.#kept?.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // Then a reload leaves the call.
    }
    this.changed();
  }

  #forget() {
    try {
      this.#kept?.removeItem(KEPT);
    } catch {
      // Nothing was kept.
    }
  }
}

const MOVED = { title: "You are in this call on another device", line: "" };
const ENDED = {
  left: { title: "The call has ended", line: "" },
  alone: { title: "The call has ended", line: "Nobody else was in it for five minutes." },
  server_restarted: { title: "The call was interrupted", line: "The server was restarted. Start it again." },
  room_closed: { title: "The call has ended", line: "The room was archived." },
};
