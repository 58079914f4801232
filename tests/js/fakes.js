// A clock that moves by hand, a storage, and a model of the server with sockets that drop, delay, repeat and reorder.

import MarkdownIt from "markdown-it";
import { LiveStore } from "../../assets/live/store.js";

/** Let promises that are ready go on. */
export const settle = async (rounds = 12) => {
  for (let i = 0; i < rounds; i += 1) await Promise.resolve();
};

export class FakeTime {
  #now;
  #timers = new Map();
  #next = 1;

  constructor(now = Date.parse("2025-11-05T10:00:00Z")) {
    this.#now = now;
  }

  now = () => this.#now;

  setTimeout = (work, wait = 0) => {
    const id = this.#next++;
    this.#timers.set(id, { at: this.#now + wait, id, work });
    return id;
  };

  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  get waiting() {
    return this.#timers.size;
  }

  /** Move on by `ms`, running what falls due in its order. */
  async pass(ms) {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers.values()].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!due) break;
      this.#timers.delete(due.id);
      this.#now = Math.max(this.#now, due.at);
      due.work();
      await settle();
    }
    this.#now = end;
  }
}

export class FakeStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(i) {
    return [...this.#items.keys()][i] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    const old = this.getItem(key);
    this.#items.set(key, String(value));
    if (old !== String(value)) this.heard?.(key, String(value));
  }

  removeItem(key) {
    if (this.#items.delete(key)) this.heard?.(key, null);
  }

  keys() {
    return [...this.#items.keys()];
  }
}

/** The same numbers for the same seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const user = (id, more = {}) => ({ _id: id, username: id, displayName: id[0].toUpperCase() + id.slice(1), avatar: null, bot: false, ...more });

/** What the real server promises, and no more. */
export class ModelServer {
  rooms = new Map();
  sockets = new Set();
  /** At most so many changes are told to somebody who comes back. */
  resumeLimit = 200;
  refusals = [];

  constructor(time) {
    this.time = time;
  }

  addRoom(room, members, { kind = members.length === 2 ? "direct" : "group", name = "" } = {}) {
    const receipts = new Map(members.map((id) => [id, { user: id, readSeq: 0, deliveredSeq: 0 }]));
    this.rooms.set(room, { room, kind, name, members, receipts, messages: [], rev: 0, pinned: new Set(), muted: new Set() });
  }

  wire(id, me) {
    const room = this.rooms.get(id);
    const own = room.receipts.get(me);
    const unread = room.messages.filter((m) => m.seq > own.readSeq && m.sender !== me && !m.deletedAt && m.messageType !== "system");
    const peer = room.kind === "direct" ? user(room.members.find((member) => member !== me)) : null;
    return structuredClone({
      room: id,
      kind: room.kind,
      name: room.name,
      topic: "",
      public: false,
      avatar: null,
      archivedAt: null,
      peer,
      role: "member",
      pinned: room.pinned.has(me),
      muted: room.muted.has(me),
      notify: "all",
      lastSeq: room.messages.length,
      rev: room.rev,
      readSeq: own.readSeq,
      unread: unread.length,
      mentions: unread.filter((m) => m.mentions.includes(me)).length,
      lastMessage: room.messages.at(-1) ?? null,
      receipts: [...room.receipts.values()],
      memberCount: room.members.length,
    });
  }

  ready(me) {
    const mine = [...this.rooms.values()].filter((room) => room.members.includes(me));
    const people = [...new Set(mine.flatMap((room) => room.members))];
    return {
      user: { ...user(me), email: `${me}@example.org`, administrator: false, preferences: {} },
      rooms: mine.map((room) => this.wire(room.room, me)),
      people: people.map((id) => user(id)),
      presence: {},
      server: { version: "1", maxContent: 200 },
    };
  }

  send(room, sender, content, { clientId = "", replyTo = null, messageType = "text", mentions = [], attachments = [], data = {} } = {}) {
    const place = this.rooms.get(room);
    const known = clientId && place.messages.find((m) => m.sender === sender && m.clientId === clientId);
    if (known) return structuredClone(known);
    const seq = place.messages.length + 1;
    const message = {
      _id: `${room}-m${seq}`,
      room,
      seq,
      rev: ++place.rev,
      sender,
      receiver: [],
      messageType,
      content,
      timestamp: new Date(this.time.now()).toISOString(),
      clientId: clientId || `server-${room}-${seq}`,
      editedAt: null,
      deletedAt: null,
      replyTo,
      reactions: {},
      attachments: attachments.map((id) => ({ _id: id, name: id, mediaType: "text/plain", size: 1, width: null, height: null, duration: null, url: `/api/files/${id}`, thumbnailUrl: null })),
      mentions,
      pinnedAt: null,
      pinnedBy: null,
      data,
    };
    place.messages.push(message);
    this.emit(room, "chat message", message);
    // Everybody else concludes from the message how far its sender has read.
    this.advance(room, sender, { readSeq: seq, deliveredSeq: seq }, (socket) => socket.me === sender);
    return structuredClone(message);
  }

  change(room, seq, edit) {
    const place = this.rooms.get(room);
    const message = { ...place.messages[seq - 1], ...edit, rev: ++place.rev };
    place.messages[seq - 1] = message;
    this.emit(room, "message changed", message);
  }

  remove(room, seq) {
    this.change(room, seq, { content: "", deletedAt: new Date(this.time.now()).toISOString(), reactions: {}, mentions: [] });
  }

  advance(room, id, { readSeq = 0, deliveredSeq = 0 }, whom = () => true) {
    const receipts = this.rooms.get(room).receipts;
    const own = receipts.get(id) ?? { user: id, readSeq: 0, deliveredSeq: 0 };
    const next = { user: id, readSeq: Math.max(own.readSeq, readSeq), deliveredSeq: Math.max(own.deliveredSeq, deliveredSeq) };
    if (next.readSeq !== own.readSeq || next.deliveredSeq !== own.deliveredSeq) {
      receipts.set(id, next);
      this.emit(room, "read", { room, ...next }, whom);
    }
    return structuredClone(next);
  }

  emit(room, name, data, whom = () => true) {
    const { members } = this.rooms.get(room);
    for (const socket of this.sockets) if (members.includes(socket.me) && whom(socket)) socket.receive(name, structuredClone(data));
  }

  answer(asking, event, data) {
    const { me } = asking;
    const refusal = this.refusals.find((candidate) => candidate.matches(event, data));
    if (refusal) {
      if (refusal.times !== undefined && --refusal.times <= 0) this.refusals.splice(this.refusals.indexOf(refusal), 1);
      return { error: refusal.error };
    }
    const room = this.rooms.get(data.room);
    if (event === "people") return { people: data.users.map((id) => user(id)) };
    if (!room?.members.includes(me)) return { error: { code: "not_found", message: "There is no such room." } };
    switch (event) {
      case "chat message":
        return { message: this.send(data.room, me, data.content, data) };
      case "join room": {
        const changed = room.messages.filter((m) => m.rev > data.after).sort((a, b) => a.rev - b.rev);
        const complete = data.after !== undefined && data.after <= room.rev && changed.length <= this.resumeLimit;
        const messages = complete ? changed : room.messages.slice(-50);
        return structuredClone({ room: this.wire(data.room, me), messages, people: [], rev: room.rev, hasMore: !complete && room.messages.length > 50, complete });
      }
      case "history": {
        if (data.around !== undefined) {
          const at = room.messages.findIndex((m) => m._id === data.around);
          if (at < 0) return { error: { code: "not_found", message: "There is no such message." } };
          const from = Math.max(0, at - 25);
          const to = Math.min(room.messages.length, at + 25);
          return structuredClone({ messages: room.messages.slice(from, to), hasMore: from > 0, hasNewer: to < room.messages.length });
        }
        const all = data.before !== undefined ? room.messages.filter((m) => m.seq < data.before) : room.messages.filter((m) => m.seq > data.after);
        const messages = data.before !== undefined ? all.slice(-data.limit) : all.slice(0, data.limit);
        return structuredClone({ messages, hasMore: all.length > messages.length });
      }
      case "read":
        return { receipt: this.advance(data.room, me, { readSeq: data.seq, deliveredSeq: data.seq }, (socket) => socket !== asking) };
      case "delivered":
        return { receipt: this.advance(data.room, me, { deliveredSeq: data.seq }, (socket) => socket !== asking) };
      default:
        throw new Error(`nobody answers ${event}`);
    }
  }
}

/**
 * A socket of one device. `network` says what becomes of each thing on the wire:
 * `{delay(), drop(), twice()}`; the kind one delivers everything at once and in order.
 */
export class FakeSocket {
  connected = false;
  asked = [];
  told = [];
  #handlers = null;
  #server;
  #time;
  #network;
  #epoch = 0;
  #open = new Set();

  constructor({ server, time, me, network = {} }) {
    this.#server = server;
    this.#time = time;
    this.me = me;
    this.#network = { delay: () => 0, drop: () => false, twice: () => false, ...network };
  }

  // ---- the transport, as the store uses it

  start(handlers) {
    this.#handlers = handlers;
  }

  stop() {
    this.cut();
    this.#handlers = null;
  }

  retry() {
    this.retries = (this.retries ?? 0) + 1;
  }

  send(event, data) {
    this.told.push({ event, ...data });
  }

  request(event, data) {
    this.asked.push({ event, ...data });
    if (!this.connected) return Promise.reject(new Error("There is no connection."));
    return new Promise((resolve, reject) => {
      const question = { reject };
      this.#open.add(question);
      const finish = (how, value) => {
        if (this.#open.delete(question)) how(value);
      };
      const sent = structuredClone(data);
      this.#later(() => {
        if (this.#network.drop("question", event)) {
          this.#time.setTimeout(() => finish(reject, new Error("No answer.")), 15_000);
          return;
        }
        const answer = this.#server.answer(this, event, sent);
        if (this.#network.drop("answer", event)) this.#time.setTimeout(() => finish(reject, new Error("No answer.")), 15_000);
        else this.#later(() => finish(resolve, answer));
      });
    });
  }

  // ---- the other side

  async connect() {
    this.connected = true;
    this.#server.sockets.add(this);
    this.#handlers.event("ready", this.#server.ready(this.me));
    await settle();
  }

  /** The connection breaks: what is under way is lost, questions stay without an answer. */
  cut() {
    if (!this.connected) return;
    this.connected = false;
    this.#epoch += 1;
    this.#server.sockets.delete(this);
    this.#handlers?.down();
    for (const question of [...this.#open]) {
      this.#open.delete(question);
      question.reject(new Error("The connection is gone."));
    }
  }

  refuse() {
    this.#handlers.refused();
  }

  receive(name, data) {
    if (this.#network.drop("event", name)) return;
    this.#later(() => this.#handlers?.event(name, data));
    if (this.#network.twice(name)) this.#later(() => this.#handlers?.event(name, structuredClone(data)));
  }

  #later(work) {
    const epoch = this.#epoch;
    const wait = this.#network.delay();
    const run = () => {
      if (epoch === this.#epoch && this.connected) work();
    };
    if (wait > 0) this.#time.setTimeout(run, wait);
    else run();
  }
}

let ids = 0;

/** A device of `me`: store, socket and storage, not yet connected. */
export function device({ time, server, me = "ann", storage = new FakeStorage(), network, room, seed = 1, transfer, call = async () => ({ ok: false, status: 404, data: null }) }) {
  const socket = new FakeSocket({ server, time, me, network });
  const store = new LiveStore({
    transport: socket,
    call,
    transfer,
    storage,
    clock: time,
    timers: time,
    random: random(seed),
    newId: () => `c${(ids += 1)}`,
    MarkdownIt,
    locale: "en-GB",
    timeZone: "UTC",
  });
  store.start();
  if (room) store.setLocation({ room });
  return { store, socket, storage };
}

/** A world with ann, ben and one direct conversation "r1", and a device of ann that looks at it. */
export async function world({ messages = 0, network, me = "ann", storage, transfer, call } = {}) {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben"]);
  for (let i = 1; i <= messages; i += 1) server.send("r1", "ben", `m${i}`);
  const own = device({ time, server, me, network, room: "r1", storage, transfer, call });
  await own.socket.connect();
  await time.pass(0);
  const texts = () => own.store.get("messages").map((row) => row.text);
  return { time, server, ...own, texts };
}
