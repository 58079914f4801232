import assert from "node:assert/strict";
import { test } from "node:test";
import { People } from "../../assets/live/people.js";
import { Search } from "../../assets/live/search.js";
import { createWords } from "../../assets/live/words.js";

const NOW = Date.parse("2026-01-31T12:00:00Z");
const ROOMS = [
  { room: "r1", name: "Workshop", kind: "group", avatar_id: "r1" },
  { room: "r2", name: "Ben", kind: "direct", avatar_id: "ben" },
];

function find(id, { room = "r1", at = "2026-01-31T10:19:00.000Z", sender = "cem" } = {}) {
  const user = { _id: sender, username: sender, displayName: sender.toUpperCase(), avatar: null, bot: false };
  return { message: { _id: id, room, sender, timestamp: at }, sender: user, excerpt: [{ text: id, hit: true }] };
}

function setUp() {
  const asked = [];
  const waiting = [];
  const timers = {
    due: [],
    setTimeout: (work, wait) => timers.due.push({ work, wait }),
    clearTimeout: (id) => id && (timers.due[id - 1] = null),
    run() {
      const due = this.due.splice(0);
      for (const each of due) each?.work();
    },
  };
  const store = {
    clock: { now: () => NOW },
    words: createWords({ locale: "en-GB", timeZone: "UTC" }),
    people: new People(),
    me: { _id: "ann" },
    get: () => ROOMS,
  };
  const ask = (parameters) => {
    asked.push(Object.fromEntries(parameters));
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const search = new Search({ store, ask, timers });
  const answer = async (value) => {
    waiting.shift().resolve(value);
    await new Promise(setImmediate);
  };
  return { search, asked, timers, answer, waiting };
}

test("what is typed is asked for once the fingers rest", async () => {
  const { search, asked, timers, answer } = setUp();
  search.open({ room: "r1" });
  for (const query of ["b", "br", "bra"]) search.wish({ query });
  assert.equal(search.get().status, "Searching…");
  assert.deepEqual(asked, []);
  timers.run();
  assert.deepEqual(asked, [{ q: "bra", room: "r1" }]);
  await answer({ finds: [find("m2"), find("m1", { room: "r2", at: "2026-01-03T10:00:00.000Z" })], next: null });
  const { finds, status, writers, busy } = search.get();
  assert.equal(status, "2 messages, newest first");
  assert.equal(busy, false);
  assert.deepEqual(
    finds.map(({ href, room_name, sender_name, time }) => [href, room_name, sender_name, time]),
    [
      ["/?room=r1&m=m2", "Workshop", "CEM", "Today 10:19"],
      ["/?room=r2&m=m1", "Ben", "CEM", "3 Jan"],
    ],
  );
  assert.deepEqual(
    writers.map(({ name }) => name),
    ["Me", "Ben", "CEM"],
  );
});

test("an answer that came too late is not shown", async () => {
  const { search, timers, answer } = setUp();
  search.wish({ query: "old" });
  timers.run();
  search.wish({ query: "new" });
  timers.run();
  await answer({ finds: [find("old")], next: null });
  assert.deepEqual(search.get().finds, []);
  await answer({ finds: [find("new")], next: null });
  assert.deepEqual(
    search.get().finds.map(({ id }) => id),
    ["new"],
  );
});

test("nothing stays when the pane is closed, and a late answer changes nothing", async () => {
  const { search, timers, answer } = setUp();
  search.wish({ query: "x" });
  timers.run();
  search.close();
  await answer({ finds: [find("m")], next: null });
  assert.deepEqual([search.get().query, search.get().finds, search.get().busy], ["", [], false]);
});

test("filters are part of the question", async () => {
  const { search, asked, timers } = setUp();
  search.open({ query: "tea" });
  search.wish({ sender: "ben" });
  search.wish({ days: "7" });
  search.wish({ file: true });
  timers.run();
  assert.deepEqual(asked, [{ q: "tea", from: "ben", since: "2026-01-24T12:00:00.000Z", has: "file" }]);
});

test("there is more, until there is not", async () => {
  const { search, asked, timers, answer } = setUp();
  search.wish({ query: "tea" });
  timers.run();
  await answer({ finds: [find("m3")], next: "m3" });
  assert.equal(search.get().status, "1 and more messages, newest first");
  search.more();
  search.more();
  assert.deepEqual(asked.slice(1), [{ q: "tea", before: "m3" }]);
  await answer({ finds: [find("m2")], next: null });
  assert.deepEqual(
    search.get().finds.map(({ id }) => id),
    ["m3", "m2"],
  );
  search.more();
  assert.equal(asked.length, 2);
});

test("an empty page with a way on is followed", async () => {
  const { search, asked, timers, answer } = setUp();
  search.wish({ query: "tea" });
  timers.run();
  await answer({ finds: [], next: "m3" });
  assert.equal(search.get().status, "Searching…");
  assert.equal(asked[1].before, "m3");
  await answer({ finds: [], next: null });
  assert.equal(search.get().status, "No message that you can read has these words.");
});

test("what went wrong is said, and can be tried again", async () => {
  const { search, timers, answer, waiting } = setUp();
  search.wish({ query: "!!" });
  timers.run();
  await answer({ trouble: "Type a word." });
  assert.deepEqual([search.get().trouble, search.get().status], ["Type a word.", ""]);
  search.again();
  timers.run();
  waiting.shift().reject(new Error("offline"));
  await new Promise(setImmediate);
  assert.match(search.get().trouble, /cannot be reached/);
});

test("chosen days are whole days where the person is", async () => {
  const { search, asked, timers } = setUp();
  search.wish({ query: "bolt" });
  timers.run();
  search.wish({ days: "dates" });
  timers.run();
  assert.deepEqual(asked.at(-1), { q: "bolt" });
  search.wish({ first: "2026-01-30" });
  search.wish({ last: "2026-01-31" });
  timers.run();
  const { since, until } = asked.at(-1);
  assert.equal(since, new Date(2026, 0, 30).toISOString());
  assert.equal(until, new Date(2026, 1, 1).toISOString());
});

test("files are found without any words", async () => {
  const { search, asked, timers, answer } = setUp();
  search.open({ room: "r1", file: true });
  timers.run();
  assert.deepEqual(asked, [{ room: "r1", has: "file" }]);
  await answer({ finds: [], next: null });
  assert.equal(search.get().status, "No message that you can read has a file like this.");
  search.wish({ file: false });
  timers.run();
  assert.equal(asked.length, 1, "neither words nor files: there is nothing to ask");
  assert.equal(search.get().status, "");
});
