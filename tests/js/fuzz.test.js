// Whatever the network does, state and events together end where a fresh fetch would: a seeded schedule of sends,
// edits, reads, cuts, reloads and paging against the model server, with delays, drops, repetitions and reordering.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeStorage, FakeTime, ModelServer, device, random } from "./fakes.js";

const PEOPLE = ["ann", "ben", "cyd"];
const STEPS = 120;
const SEEDS = Number(process.env.FUZZ_SEEDS ?? 60);

async function play(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.resumeLimit = 15;
  server.addRoom("r1", ["ann", "ben"]);
  server.addRoom("r2", PEOPLE, { name: "Three" });
  for (let i = 0; i < Math.floor(next() * 150); i += 1) server.send(pick(["r1", "r2"]), "ben", `old ${i}`);

  let rough = true;
  const network = {
    delay: () => (rough ? Math.floor(next() * 120) : 0),
    drop: (what) => rough && next() < (what === "event" ? 0.15 : 0.08),
    twice: () => rough && next() < 0.15,
  };
  const storage = new FakeStorage();
  let ann = device({ time, server, storage, network, seed });
  const sent = { r1: [], r2: [] };
  let count = 0;

  const actions = {
    say() {
      const { room } = ann.store.place;
      const text = `ann ${(count += 1)}`;
      ann.store.setDraft(text);
      if (ann.store.send()) sent[room].push(text);
    },
    others: () => server.send(pick(["r1", "r2"]), pick(["ben"]), `other ${(count += 1)}`, { mentions: next() < 0.2 ? ["ann"] : [] }),
    change() {
      const room = pick(["r1", "r2"]);
      const { messages } = server.rooms.get(room);
      if (messages.length === 0) return;
      const seq = 1 + Math.floor(next() * messages.length);
      if (messages[seq - 1].deletedAt) return;
      if (next() < 0.3) server.remove(room, seq);
      else server.change(room, seq, { reactions: { "👍": [pick(PEOPLE)] } });
    },
    otherReads() {
      const room = pick(["r1", "r2"]);
      server.advance(room, "ben", { readSeq: Math.floor(next() * (server.rooms.get(room).messages.length + 1)) });
    },
    otherDevice() {
      const room = pick(["r1", "r2"]);
      server.advance(room, "ann", { readSeq: Math.floor(next() * (server.rooms.get(room).messages.length + 1)) });
    },
    go: () => ann.store.setLocation({ room: pick(["r1", "r2", "r1", "r2", ""]) }),
    look: () => ann.store.setView({ atBottom: next() < 0.6, focused: next() < 0.8 }),
    older: () => void ann.store.loadOlder(),
    newer: () => void ann.store.loadNewer(),
    jump: () => ann.store.jumpLatest(),
    cut: () => ann.socket.cut(),
    async connect() {
      if (!ann.socket.connected) await ann.socket.connect();
    },
    async reload() {
      if (next() < 0.7) return;
      const { room } = ann.store.place;
      ann.store.stop();
      ann = device({ time, server, storage, network, room, seed });
    },
  };
  const names = ["say", "say", "say", "others", "others", "others", "change", "otherReads", "otherDevice", "go", "look", "older", "older", "newer", "jump", "cut", "connect", "connect", "connect", "reload"];

  for (let i = 0; i < STEPS; i += 1) {
    await actions[pick(names)]();
    await time.pass(Math.floor(next() * 200));
    check(ann.store);
  }

  // The weather clears up: everything must arrive.
  rough = false;
  if (ann.socket.connected) ann.socket.cut();
  await ann.socket.connect();
  await time.pass(120_000);
  compare({ time, server, store: ann.store, sent, storage });
  for (const room of ["r1", "r2"]) {
    ann.store.setLocation({ room });
    await time.pass(5000);
    ann.store.setView({ atBottom: true, visible: true, focused: true });
    await time.pass(5000);
    compare({ time, server, store: ann.store, sent, storage });
    assert.equal(ann.store.get("room").room, room);
    assert.equal(ann.store.get("totals").unread, server.wire("r1", "ann").unread + server.wire("r2", "ann").unread);
  }
}

/** What holds at every moment. */
function check(store) {
  const rows = store.get("messages");
  assert.ok(rows.length <= 300 + store.outbox?.entries(store.place.room).length || rows.length <= 300);
  assert.equal(new Set(rows.map((row) => row.key)).size, rows.length, "no row twice");
  const stored = rows.filter((row) => row.seq > 0).map((row) => row.seq);
  const shown = store.timelines.get(store.place.room)?.messages.map((message) => message.seq) ?? [];
  for (let i = 1; i < shown.length; i += 1) assert.equal(shown[i], shown[i - 1] + 1, "no hole in the window");
  for (let i = 1; i < stored.length; i += 1) assert.ok(stored[i] > stored[i - 1], "rows in their order");
}

/** State and events equal a fresh fetch. */
function compare({ time, server, store, sent, storage }) {
  for (const room of ["r1", "r2"]) {
    const { messages } = server.rooms.get(room);
    const own = messages.filter((message) => message.sender === "ann").map((message) => message.clientId);
    assert.equal(new Set(own).size, own.length, "stored once");
    const texts = sent[room];
    assert.equal(own.length, texts.length, "all of them arrived");
    const said = messages.filter((message) => message.sender === "ann" && !message.deletedAt).map((message) => message.content);
    assert.deepEqual(said, texts.filter((text) => said.includes(text)), "in their order");

    const head = store.heads.get(room);
    const fresh = server.wire(room, "ann");
    for (const field of ["lastSeq", "rev", "readSeq", "unread", "mentions"]) assert.equal(head[field], fresh[field], `${room} ${field}`);
    assert.equal(head.lastMessage?._id, fresh.lastMessage?._id);
    const byUser = (list) => Object.fromEntries(list.map((receipt) => [receipt.user, [receipt.readSeq, receipt.deliveredSeq]]));
    assert.deepEqual(byUser(head.receipts), byUser(fresh.receipts), `${room} receipts`);
  }
  const { room } = store.place;
  const timeline = store.timelines.get(room);
  if (room && timeline) {
    assert.equal(timeline.loaded, true);
    assert.equal(timeline.gap, false);
    const { messages } = server.rooms.get(room);
    for (const message of timeline.messages) {
      assert.deepEqual(message, messages[message.seq - 1], `${room} ${message.seq}`);
    }
    assert.equal(timeline.lastSeq, messages.length);
    if (!timeline.hasNewer) assert.equal(timeline.messages.at(-1)?.seq ?? 0, messages.length);
  }
  assert.equal(store.get("connection").queued, 0);
  assert.deepEqual(storage.keys().filter((key) => key.includes(":out:")), []);
  assert.ok(time.now() > 0);
}

for (let seed = 1; seed <= SEEDS; seed += 1) test(`schedule ${seed}`, () => play(seed));
