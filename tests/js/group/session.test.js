import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Choices } from "../../../assets/calls/choices.js";
import { GroupSession } from "../../../assets/group/session.js";
import { FakeMedia, FakeStream, FakeTimers, FakeTrack, settle } from "../calls/fakes.js";

const LANES_MOST = 24;
const others = (voices, pictures) => [
  ...Array.from({ length: voices }, (_, i) => ({ user: `u${i}`, kind: "audio" })),
  ...Array.from({ length: pictures }, (_, i) => ({ user: `u${i}`, kind: "video" })),
];

/** A connection that knows of its sections only; what it sends goes nowhere. */
class FakeConnection extends EventTarget {
  iceGatheringState = "complete";
  connectionState = "new";
  sections = [];
  addTransceiver(kind, { direction }) {
    const sender = { track: null, replaceTrack: async (track) => void (sender.track = track) };
    const section = { mid: String(this.sections.length), kind, direction, sender, receiver: { track: new FakeTrack(kind, "in") } };
    this.sections.push(section);
    return section;
  }
  getTransceivers = () => [...this.sections];
  createOffer = async () => ({ sdp: JSON.stringify(this.sections.map(({ mid, kind, direction }) => ({ mid, kind, direction }))) });
  setLocalDescription = async (description) => void (this.localDescription = description);
  setRemoteDescription = async () => {};
  getStats = async () => new Map();
  close() {}
}

/** The server's side of one page, by the rules of `chatbeside/media/rooms.py` and `peers.py`. */
class FakeServer {
  offers = [];
  news = []; // told, and not yet at the page
  #sent;
  #sessions = new Map();

  constructor(sent) {
    this.#sent = sent;
  }

  /** What others send is something else from now on. */
  send(sent) {
    this.#sent = sent;
    for (const name of this.#sessions.keys()) this.#arrange(name);
  }

  answer({ session, offer }) {
    const sections = JSON.parse(offer);
    this.offers.push(sections.length);
    if (sections.length > LANES_MOST) return { error: { code: "invalid", message: "This offer cannot be answered." } };
    if (!this.#sessions.has(session)) this.#sessions.set(session, { lanes: [], missing: {}, version: 0 });
    const { lanes } = this.#sessions.get(session);
    for (const { mid, kind, direction } of sections) {
      if (direction === "recvonly" && !lanes.some((lane) => lane.mid === mid)) lanes.push({ mid, kind, source: null });
    }
    this.#arrange(session);
    return { answer: "answer", ...this.#told(session) };
  }

  #told(name) {
    const { lanes, missing, version } = this.#sessions.get(name);
    const tracks = lanes.filter(({ source }) => source).map(({ mid, kind, source }) => ({ mid, kind, user: source.user }));
    return { version, tracks, missing: { ...missing } };
  }

  #arrange(name) {
    const session = this.#sessions.get(name);
    const before = JSON.stringify(this.#told(name));
    for (const lane of session.lanes) if (!this.#sent.includes(lane.source)) lane.source = null;
    session.missing = {};
    for (const publisher of this.#sent) {
      if (session.lanes.some(({ source }) => source === publisher)) continue;
      const free = session.lanes.find(({ kind, source }) => kind === publisher.kind && !source);
      if (free) free.source = publisher;
      else session.missing[publisher.kind] = (session.missing[publisher.kind] ?? 0) + 1;
    }
    if (before === JSON.stringify(this.#told(name))) return;
    session.version += 1;
    this.news.push({ call: "c1", session: name, ...this.#told(name) });
  }
}

/** A page that comes into a call in which others send already; its news come when the test says so. */
function page(sent, { fetchIce = async () => [] } = {}) {
  const server = new FakeServer(sent);
  const timers = new FakeTimers();
  const media = new FakeMedia();
  const box = { server, timers, heard: [], connections: [], over: [] };
  let names = 0;
  const options = {
    call: { _id: "c1", room: "garden", startedAt: "2026-01-01T00:00:00Z", seats: [] },
    me: "ann",
    people: { name: (id) => id, picture: () => "" },
    device: "ann-1",
    request: async (event, data) => (event === "group offer" ? server.answer(data) : {}),
    fetchIce,
    media,
    choices: new Choices({ media, memory: undefined, changed() {} }),
    RTC: class extends FakeConnection {
      constructor() {
        super();
        box.connections.push(this);
      }
    },
    Stream: FakeStream,
    timers,
    clock: timers,
    newId: () => `s${(names += 1)}`,
    changed: () => box.session && box.heard.push([...box.session.streams.keys()]),
    over: (how) => box.over.push(how),
  };
  box.session = new GroupSession(options);
  box.begin = async () => {
    await box.session.start({ camera: false, muted: true });
    await settle();
  };
  box.tell = async () => {
    for (const news of server.news.splice(0)) box.session.media(news);
    await settle();
  };
  open.push(box.session);
  return box;
}

const open = [];
afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

const rises = (heard) => heard.every((users, i) => i === 0 || users.length >= heard[i - 1].length);

test("who comes into a call offers twice, and hears everybody from then on", async () => {
  const ann = page(others(2, 1));
  await ann.begin();
  assert.deepEqual([ann.server.offers, ann.session.streams.size], [[2, 5], 2]);
  // The server tells of each change by itself too, and that comes after the answers.
  await ann.tell();
  assert.deepEqual(ann.server.offers, [2, 5]);
  assert.ok(rises(ann.heard), JSON.stringify(ann.heard));
  assert.deepEqual([...ann.session.streams.keys()], ["u0", "u1"]);
});

test("eight voices and four pictures are joined with no more sections than they need", async () => {
  const ann = page(others(8, 4));
  await ann.begin();
  await ann.tell();
  await ann.timers.pass(60_000);
  assert.deepEqual(ann.server.offers, [2, 14]);
  assert.deepEqual([ann.session.streams.size, ann.connections.length, ann.over], [8, 1, []]);
});

test("two who come at once are heard after one lane each", async () => {
  const ann = page([]);
  await ann.begin();
  const [ben, cleo] = others(2, 0);
  ann.server.send([ben]);
  ann.server.send([ben, cleo]);
  await ann.tell();
  await ann.tell();
  assert.deepEqual([...ann.session.streams.keys()], ["u0", "u1"]);
  assert.equal(ann.connections[0].sections.length, 4);
  assert.ok(rises(ann.heard), JSON.stringify(ann.heard));
});

test("news that are newer than the answer that they overtook are laid", async () => {
  const ann = page(others(1, 0));
  const answer = ann.server.answer.bind(ann.server);
  ann.server.answer = (data) => {
    const said = answer(data);
    if (ann.server.offers.length === 2) ann.server.send([]);
    for (const news of ann.server.news.splice(0)) ann.session.media(news);
    return said;
  };
  await ann.begin();
  assert.deepEqual(ann.server.offers, [2, 3]);
  assert.equal(ann.session.streams.size, 0, "who left while the answer was on its way is not there");
});

test("what is told of the connection before is not laid on the new one", async () => {
  let fetched;
  const ann = page(others(2, 0), { fetchIce: () => new Promise((done) => (fetched = done)) });
  void ann.begin();
  await settle();
  fetched([]);
  await settle();
  const [ben, cleo] = others(2, 0);
  ann.server.send([cleo, ben]);
  const old = { call: "c1", session: "s1", version: 99, tracks: [{ mid: "2", user: "eve", kind: "audio" }], missing: {} };
  ann.connections[0].connectionState = "failed";
  ann.connections[0].dispatchEvent(new Event("connectionstatechange"));
  await settle();
  ann.session.media(old);
  fetched([]);
  await settle();
  await ann.tell();
  assert.equal(ann.connections.length, 2);
  assert.deepEqual([...ann.session.streams.keys()].sort(), ["u0", "u1"]);
  assert.ok(!ann.heard.flat().includes("eve"));
  assert.equal(ann.connections[1].sections.length, 4);
});

test("a server that does not number what it tells is believed", async () => {
  const ann = page([]);
  await ann.begin();
  ann.session.media({ call: "c1", session: "s1", tracks: [{ mid: "0", user: "ben", kind: "audio" }], missing: {} });
  await settle();
  assert.deepEqual([...ann.session.streams.keys()], ["ben"]);
});
