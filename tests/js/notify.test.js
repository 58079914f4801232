import assert from "node:assert/strict";
import { test } from "node:test";
import { Notifier, QUIET, level, worth } from "../../assets/live/notify.js";
import { totals } from "../../assets/live/roomrows.js";
import { FakeTime, ModelServer, device } from "./fakes.js";

const head = (more) => ({ muted: false, notify: "all", readSeq: 0, unread: 0, mentions: 0, ...more });
const message = (more) => ({ sender: "ben", seq: 1, messageType: "text", deletedAt: null, mentions: [], ...more });

async function place() {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("direct", ["ann", "ben"]);
  server.addRoom("garden", ["ann", "ben", "cyd"], { name: "Garden" });
  const { store, socket } = device({ time, server });
  await socket.connect();
  const shown = new Map();
  const told = [];
  const show = (news) => {
    shown.set(news.room, news);
    told.push(news);
  };
  const notifier = new Notifier({ store, timers: time, show, hide: (room) => shown.delete(room) });
  store.listen((name, data) => notifier.hear(name, data));
  store.subscribe(() => notifier.look());
  store.setView({ visible: true, focused: false });
  return { time, server, store, shown, told, notifier };
}

test("a conversation's level decides what is worth telling", () => {
  assert.equal(level(head({ muted: true })), "mentions");
  assert.equal(level(head({ muted: true, notify: "none" })), "none");
  const mention = message({ mentions: ["ann"] });
  const rows = [
    ["all", true, true],
    ["mentions", false, true],
    ["none", false, false],
  ];
  for (const [notify, plain, mentioned] of rows) {
    assert.equal(worth(message(), head({ notify }), "ann"), plain, notify);
    assert.equal(worth(mention, head({ notify }), "ann"), mentioned, notify);
  }
  assert.equal(worth(message(), head(), "ben"), false, "own messages");
  assert.equal(worth(message({ deletedAt: "x" }), head(), "ann"), false);
  assert.equal(worth(message({ messageType: "system" }), head(), "ann"), false);
  assert.equal(worth(message(), head({ readSeq: 1 }), "ann"), false, "read already");
  const call = (reason, seconds, more) => message({ messageType: "call", data: { reason, seconds }, ...more });
  assert.equal(worth(call("missed", 0), head(), "ann"), true);
  assert.equal(worth(call("cancelled", 0), head({ muted: true }), "ann"), false);
  assert.equal(worth(call("missed", 0), head(), "ben"), false, "one's own call");
  assert.equal(worth(call("hung_up", 9), head(), "ann"), false);
  assert.equal(worth(call("declined", 0), head(), "ann"), false);
  assert.equal(worth(message({ messageType: "call", data: { people: [], seconds: 0 } }), head(), "ann"), false, "a room's");
});

test("the totals keep to the levels", () => {
  const of = (more) => totals(new Map([["r", head({ unread: 5, mentions: 2, ...more })]]));
  assert.deepEqual(of({}), { unread: 5, mentions: 2, rooms: 1 });
  assert.deepEqual(of({ notify: "mentions" }), { unread: 2, mentions: 2, rooms: 1 });
  assert.deepEqual(of({ muted: true }), { unread: 2, mentions: 2, rooms: 1 });
  assert.deepEqual(of({ notify: "none" }), { unread: 0, mentions: 0, rooms: 0 });
  assert.deepEqual(of({ muted: true, mentions: 0 }), { unread: 0, mentions: 0, rooms: 0 });
});

test("who looks elsewhere is told who wrote what, after a moment and once for several", async () => {
  const { time, server, told, shown } = await place();
  server.send("direct", "ben", "hello **you**");
  await time.pass(QUIET - 1);
  assert.deepEqual(told, []);
  server.send("direct", "ben", "are you there?");
  await time.pass(1);
  assert.deepEqual(told, [{ room: "direct", title: "Ben", body: "are you there? (and 1 more)" }]);
  server.send("garden", "cyd", "x".repeat(300));
  await time.pass(QUIET);
  assert.equal(told[1].title, "Cyd in Garden");
  assert.equal(told[1].body.length, 140);
  assert.deepEqual([...shown.keys()], ["direct", "garden"]);
});

test("who has the conversation before their eyes is not told", async () => {
  const { time, server, store, told } = await place();
  store.setLocation({ room: "direct" });
  store.setView({ visible: true, focused: true });
  server.send("direct", "ben", "hello");
  await time.pass(QUIET);
  assert.deepEqual(told, []);
  server.send("garden", "ben", "hello");
  await time.pass(QUIET);
  assert.equal(told.length, 1, "another conversation is");
});

test("who reads on another device within a moment is not told; later it is taken back", async () => {
  const { time, server, told, shown } = await place();
  server.send("direct", "ben", "one");
  await time.pass(1000);
  server.advance("direct", "ann", { readSeq: 1, deliveredSeq: 1 });
  await time.pass(QUIET);
  assert.deepEqual(told, []);
  server.send("direct", "ben", "two");
  await time.pass(QUIET);
  assert.equal(shown.size, 1);
  server.advance("direct", "ann", { readSeq: 2, deliveredSeq: 2 });
  await time.pass(10);
  assert.equal(shown.size, 0);
});

test("nothing is told once it is stopped", async () => {
  const { time, server, told, shown, notifier } = await place();
  server.send("direct", "ben", "one");
  await time.pass(QUIET);
  server.send("direct", "ben", "two");
  await time.pass(10);
  notifier.stop();
  await time.pass(QUIET);
  assert.equal(told.length, 1);
  assert.equal(shown.size, 0);
});
