import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeTime, ModelServer, device, settle, world } from "./fakes.js";

const row = (store, room) => store.get("rooms", "all").find((candidate) => candidate.room === room);
const joins = (socket) => socket.asked.filter((question) => question.event === "join room");
/** Keep the socket from hearing what the server tells, while `work` is done. */
function deaf(server, socket, work) {
  server.sockets.delete(socket);
  work();
  server.sockets.add(socket);
}

test("the open room is fetched, then follows by itself", async () => {
  const { store, server, socket, texts } = await world({ messages: 3 });
  assert.deepEqual(texts(), ["m1", "m2", "m3"]);
  assert.deepEqual(joins(socket), [{ event: "join room", room: "r1" }]);
  server.send("r1", "ben", "m4");
  assert.deepEqual(texts(), ["m1", "m2", "m3", "m4"]);
  assert.equal(joins(socket).length, 1);
});

test("a gap is noticed by the next change, and only what was missed is asked for", async () => {
  const { server, socket, texts, time } = await world({ messages: 3 });
  deaf(server, socket, () => {
    server.send("r1", "ben", "m4");
    server.change("r1", 1, { content: "edited", editedAt: "2025-11-05T10:00:00.000Z" });
  });
  server.send("r1", "ben", "m5");
  assert.deepEqual(texts(), ["m1", "m2", "m3"], "nothing is shown out of order");
  await time.pass(200);
  assert.deepEqual(texts(), ["edited", "m2", "m3", "m4", "m5"]);
  assert.deepEqual(joins(socket).at(-1), { event: "join room", room: "r1", after: 3 });
  assert.equal(joins(socket).length, 2);
});

test("two changes in the wrong order need no question", async () => {
  const { server, socket, texts, time } = await world({ messages: 1 });
  const held = [];
  const receive = socket.receive.bind(socket);
  socket.receive = (...args) => held.push(args);
  server.send("r1", "ben", "m2");
  server.send("r1", "ben", "m3");
  socket.receive = receive;
  for (const args of held.reverse()) socket.receive(...args);
  await time.pass(1000);
  assert.deepEqual(texts(), ["m1", "m2", "m3"]);
  assert.equal(joins(socket).length, 1);
});

test("a change told twice counts once", async () => {
  const { store, server, texts, time } = await world({ network: { twice: () => true } });
  server.send("r1", "ben", "m1");
  await time.pass(10);
  assert.deepEqual(texts(), ["m1"]);
  assert.equal(row(store, "r1").unread, 1);
});

test("after a reconnection the room resumes by rev; the rows that stay are the same", async () => {
  const { store, server, socket, texts, time } = await world({ messages: 3 });
  const before = store.get("messages");
  socket.cut();
  server.send("r1", "ben", "m4");
  server.remove("r1", 2);
  await time.pass(1000);
  await socket.connect();
  await time.pass(10);
  assert.deepEqual(texts(), ["m1", "", "m3", "m4"]);
  assert.deepEqual(joins(socket).at(-1), { event: "join room", room: "r1", after: 3 });
  assert.equal(store.get("messages")[0], before[0]);
  assert.equal(store.get("messages")[1].deleted, true);
});

test("when too much was missed the newest page replaces what is shown", async () => {
  const { store, server, socket, texts, time } = await world({ messages: 3 });
  server.resumeLimit = 20;
  socket.cut();
  for (let i = 4; i <= 130; i += 1) server.send("r1", "ben", `m${i}`);
  await socket.connect();
  await time.pass(10);
  assert.equal(texts().length, 50);
  assert.deepEqual([texts()[0], texts().at(-1)], ["m81", "m130"]);
  assert.equal(store.get("timeline").has_older, true);
  assert.equal(row(store, "r1").unread, 130);
});

test("live changes during the join are kept for after it", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben"]);
  server.send("r1", "ben", "m1");
  let slow = 100;
  const { store, socket } = device({ time, server, room: "r1", network: { delay: () => slow } });
  await socket.connect();
  await time.pass(150);
  slow = 0;
  server.send("r1", "ben", "m2");
  assert.equal(store.get("timeline").loading, true);
  await time.pass(100);
  assert.deepEqual(store.get("messages").map((r) => r.text), ["m1", "m2"]);
  assert.equal(store.get("timeline").loaded, true);
});

test("older pages on demand, one at a time, until the beginning", async () => {
  const { store, socket, texts, time } = await world({ messages: 120, network: { delay: () => 5 } });
  await time.pass(50);
  assert.equal(texts().length, 50);
  store.loadOlder();
  store.loadOlder();
  assert.equal(store.get("timeline").loading_older, true);
  await time.pass(50);
  assert.equal(socket.asked.filter((q) => q.event === "history").length, 1);
  assert.equal(texts()[0], "m21");
  store.loadOlder();
  await time.pass(50);
  assert.deepEqual([texts()[0], texts().length], ["m1", 120]);
  assert.equal(store.get("timeline").has_older, false);
  store.loadOlder();
  assert.equal(socket.asked.filter((q) => q.event === "history").length, 2);
});

test("far up, the newest rows are let go; jumping brings them back; own words go there too", async () => {
  const { store, server, texts, time } = await world({ messages: 420 });
  for (let i = 0; i < 8; i += 1) {
    store.loadOlder();
    await time.pass(10);
  }
  assert.equal(texts()[0], "m1");
  assert.equal(texts().length, 300);
  assert.equal(store.get("timeline").has_newer, true);
  server.send("r1", "ben", "live");
  assert.equal(texts().at(-1), "m300", "nothing is put behind a hole");
  store.loadNewer();
  await time.pass(10);
  assert.equal(texts().at(-1), "m350");
  const wish = store.get("scroll").n;
  store.jumpLatest();
  await time.pass(10);
  assert.deepEqual([texts().at(-1), texts().length], ["live", 50]);
  assert.deepEqual([store.get("scroll").n, store.get("scroll").to], [wish + 1, "bottom"]);

  for (let i = 0; i < 8; i += 1) {
    store.loadOlder();
    await time.pass(10);
  }
  store.setDraft("mine");
  store.send();
  await time.pass(10);
  assert.deepEqual(texts().slice(-2), ["live", "mine"]);
});

test("a page that fails is not asked for again at once", async () => {
  const { store, server, socket, time } = await world({ messages: 120 });
  server.refusals.push({ matches: (event) => event === "history", times: 1, error: { code: "unavailable", message: "Not now." } });
  store.loadOlder();
  await time.pass(10);
  store.loadOlder();
  assert.equal(socket.asked.filter((q) => q.event === "history").length, 1);
  await time.pass(3000);
  store.loadOlder();
  await time.pass(10);
  assert.equal(store.get("messages").length, 100);
});

test("a permalink brings its message: shown already, far away, or not there", async () => {
  const { store, texts, time } = await world({ messages: 200 });
  store.setLocation({ room: "r1", message: "r1-m190" });
  await time.pass(10);
  assert.deepEqual([store.get("scroll").to, store.get("scroll").id], ["message", "r1-m190"]);
  assert.equal(store.get("messages").find((r) => r.highlighted).text, "m190");

  store.setLocation({ room: "r1", message: "r1-m40" });
  await time.pass(10);
  assert.ok(texts().includes("m40"));
  assert.equal(store.get("scroll").id, "r1-m40");
  assert.equal(store.get("timeline").has_newer, true);

  store.setLocation({ room: "r1", message: "nowhere" });
  await time.pass(10);
  assert.match(store.get("toasts").at(-1).text, /cannot be found/);
  assert.equal(store.get("timeline").error, "", "what is shown stays");
});

/** A far message is sought over a slow network; the answer is `wait` away. */
async function seeking(message, { wait = 100 } = {}) {
  const slow = { delay: () => slow.wait, wait: 0 };
  const whole = await world({ messages: 200, network: slow });
  slow.wait = wait / 2;
  const seek = (id) => whole.store.setLocation({ room: "r1", message: id });
  const said = () => whole.store.get("toasts").map((toast) => toast.text);
  seek(message);
  await whole.time.pass(wait / 2);
  return { ...whole, seek, said };
}

test("of two permalinks the newer counts, whichever of them is far away", async () => {
  const { store, seek, said, texts, time } = await seeking("r1-m40");
  seek("r1-m80");
  await time.pass(1000);
  assert.ok(texts().includes("m80"));
  assert.deepEqual([said(), store.get("scroll").id], [[], "r1-m80"]);

  seek("r1-m140");
  seek("r1-m81");
  await time.pass(1000);
  assert.ok(texts().includes("m81"), "the page of the older wish is not shown");
  assert.deepEqual([said(), store.get("scroll").id], [[], "r1-m81"]);

  seek("r1-m140");
  seek("");
  await time.pass(1000);
  assert.ok(texts().includes("m81"), "nothing is sought any more");
});

test("a permalink right after one to nothing is asked for", async () => {
  const { store, seek, said, time } = await seeking("nowhere");
  await time.pass(100);
  assert.equal(said().length, 1);
  seek("r1-m40");
  await time.pass(1000);
  assert.deepEqual([said().length, store.get("scroll").id], [1, "r1-m40"]);
});

test("a permalink that the server does not answer is not called missing, and is followed later", async () => {
  const { store, socket, said, texts, time } = await seeking("");
  const request = socket.request.bind(socket);
  socket.request = (event, data) => (data.around ? Promise.reject(new Error("no answer")) : request(event, data));
  store.setLocation({ room: "r1", message: "r1-m40" });
  await time.pass(1000);
  assert.match(said().at(-1), /did not send this message/);
  socket.request = request;
  store.seekAgain("r1-m40");
  await time.pass(1000);
  assert.ok(texts().includes("m40"));
  assert.equal(said().length, 1);
});

test("a permalink is found although the newest page came meanwhile", async () => {
  const { store, seek, said, texts, time } = await seeking("");
  store.sync.need("r1", { newest: true });
  seek("r1-m40");
  await time.pass(1000);
  assert.ok(texts().includes("m40"));
  assert.deepEqual([said(), store.get("scroll").id], [[], "r1-m40"]);
});

test("a permalink that a disconnection broke off is followed afterwards, once", async () => {
  const { store, socket, said, texts, time } = await seeking("r1-m40");
  socket.cut();
  await time.pass(1000);
  await socket.connect();
  await time.pass(1000);
  assert.ok(texts().includes("m40"));
  assert.deepEqual([said(), store.get("scroll").id], [[], "r1-m40"]);
  const { n } = store.get("scroll");
  socket.cut();
  await socket.connect();
  await time.pass(1000);
  assert.equal(store.get("scroll").n, n);
});

test("unread: counted by the pointer, cleared when read here, by another device, or by the sender's own words", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben"]);
  server.addRoom("r2", ["ann", "ben", "cyd"], { name: "Two" });
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  await time.pass(0);
  const unread = () => ["r1", "r2"].map((room) => row(store, room).unread);
  store.setView({ atBottom: false });
  server.send("r1", "ben", "a");
  server.send("r2", "cyd", "b @ann", { mentions: ["ann"] });
  server.send("r2", "cyd", "c");
  server.send("r2", "cyd", "quiet", { messageType: "system" });
  assert.deepEqual(unread(), [1, 2]);
  assert.equal(store.get("timeline").unseen, 1);
  assert.equal(row(store, "r2").mentions, 1);

  store.setView({ atBottom: true, focused: false });
  assert.deepEqual(unread(), [1, 2], "nobody looks");
  store.setView({ focused: true });
  assert.deepEqual(unread(), [0, 2]);
  await time.pass(10);
  assert.equal(server.rooms.get("r1").receipts.get("ann").readSeq, 1);

  server.advance("r2", "ann", { readSeq: 1 });
  await time.pass(200);
  assert.deepEqual(unread(), [0, 1], "another device has read a part");
  assert.equal(row(store, "r2").mentions, 0);
  server.remove("r2", 2);
  await time.pass(200);
  assert.deepEqual(unread(), [0, 0], "what is deleted is not unread");
  server.send("r2", "cyd", "d");
  server.send("r2", "ann", "answer", { clientId: "other-device" });
  await time.pass(200);
  assert.deepEqual(unread(), [0, 0], "who answers has read");
});

test("what was read offline is told after the reconnection, and stays read meanwhile", async () => {
  const { store, server, socket, time } = await world({ messages: 2 });
  socket.cut();
  store.setView({ atBottom: true });
  assert.equal(row(store, "r1").unread, 0);
  await socket.connect();
  assert.equal(row(store, "r1").unread, 0, "the list of the reconnection does not bring it back");
  await time.pass(10);
  assert.equal(server.rooms.get("r1").receipts.get("ann").readSeq, 2);
});

test("delivery is told for every room, at most every quarter of a second", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben"]);
  server.addRoom("r2", ["ann", "cyd"]);
  server.send("r2", "cyd", "while away");
  const { socket } = device({ time, server, room: "r1" });
  await socket.connect();
  await time.pass(300);
  const delivered = () => socket.asked.filter((q) => q.event === "delivered").map(({ room, seq }) => [room, seq]);
  assert.deepEqual(delivered(), [["r2", 1]]);
  for (let i = 0; i < 20; i += 1) server.send("r1", "ben", `m${i}`);
  await time.pass(300);
  assert.deepEqual(delivered(), [["r2", 1], ["r1", 20]]);
  assert.equal(server.rooms.get("r1").receipts.get("ann").deliveredSeq, 20);
  assert.equal(server.rooms.get("r1").receipts.get("ann").readSeq, 0);
});

test("what is read at once is told once, and the echo of it makes no snapshot anew", async () => {
  const { store, server, socket, time } = await world({ messages: 1 });
  store.setView({ visible: true, focused: true, atBottom: true });
  await time.pass(300);
  socket.asked.length = 0;
  let told = 0;
  const stop = store.subscribe(() => {
    told += 1;
  });
  server.send("r1", "ben", "read as it comes");
  await time.pass(300);
  stop();
  assert.deepEqual(socket.asked.map(({ event, seq }) => [event, seq]), [["read", 2]]);
  const { readSeq, deliveredSeq } = server.rooms.get("r1").receipts.get("ann");
  assert.deepEqual([readSeq, deliveredSeq], [2, 2]);
  assert.equal(told, 1);
});

test("who reads along tells it at once, then at most twice a second, and in the end how far", async () => {
  const { store, server, socket, time } = await world();
  store.setView({ visible: true, focused: true, atBottom: true });
  await time.pass(1000);
  socket.asked.length = 0;
  for (let i = 0; i < 10; i += 1) {
    server.send("r1", "ben", `m${i}`);
    await time.pass(100);
  }
  const read = () => socket.asked.map(({ event, seq }) => [event, seq]);
  assert.deepEqual(read().slice(0, 2), [["read", 1], ["read", 5]]);
  await time.pass(1000);
  assert.deepEqual(read().at(-1), ["read", 10]);
  assert.equal(read().length, 3);
  server.send("r1", "ben", "one more");
  server.send("r1", "ben", "and the last");
  await time.pass(10);
  assert.deepEqual(read().at(-1), ["read", 11]);
  store.hide();
  await time.pass(10);
  assert.deepEqual(read().at(-1), ["read", 12], "a page that goes away does not wait");
  store.stop();
});

test("typing is shown with names, never one's own, and runs out by itself", async () => {
  const { store, server, time } = await world();
  const typing = (user, on = true) => server.emit("r1", "typing", { room: "r1", user, on, until: 6000 });
  typing("ann");
  assert.equal(store.get("typing_text"), "");
  typing("ben");
  assert.deepEqual([store.get("typing"), store.get("typing_text")], [["Ben"], "Ben is typing"]);
  assert.equal(row(store, "r1").typing, "Ben is typing");
  await time.pass(5000);
  typing("ben");
  await time.pass(5000);
  assert.equal(store.get("typing_text"), "Ben is typing");
  await time.pass(1500);
  assert.equal(store.get("typing_text"), "");
  typing("ben");
  server.send("r1", "ben", "done");
  assert.equal(store.get("typing_text"), "", "who has sent types no more");
});

test("own typing is told at most every three seconds, and its end", async () => {
  const { store, socket, time } = await world();
  const told = () => socket.told.filter((t) => t.event === "typing").map((t) => t.on);
  store.setDraft("a");
  store.setDraft("ab");
  assert.deepEqual(told(), [true]);
  await time.pass(3100);
  store.setDraft("abc");
  assert.deepEqual(told(), [true, true]);
  store.setDraft("");
  assert.deepEqual(told(), [true, true, false]);
  store.setDraft("x");
  store.send();
  assert.deepEqual(told(), [true, true, false, true, false]);
});

test("presence: others as told, oneself away after five minutes without a look", async () => {
  const { store, server, socket, time } = await world();
  assert.equal(store.get("room").status, "Offline");
  server.emit("r1", "presence", { user: "ben", state: "away" });
  assert.deepEqual([store.get("room").presence, store.get("room").status, row(store, "r1").presence], ["away", "Away", "away"]);
  store.setView({ visible: false });
  await time.pass(4 * 60_000);
  store.setView({ focused: false });
  await time.pass(61_000);
  const told = () => socket.told.filter((t) => t.event === "presence").map((t) => t.state);
  assert.deepEqual(told(), ["away"]);
  store.setView({ visible: true, focused: true });
  assert.deepEqual(told(), ["away", "online"]);
});

test("rooms come, change and go", async () => {
  const { store, server, socket, time } = await world({ messages: 1 });
  server.addRoom("r2", ["ann", "cyd"]);
  socket.receive("room changed", { room: server.wire("r2", "ann") });
  server.send("r2", "cyd", "hello");
  assert.deepEqual(store.get("rooms", "all").map((r) => [r.room, r.name, r.unread]).sort(), [["r1", "Ben", 1], ["r2", "Cyd", 1]]);
  store.setLocation({ room: "r2" });
  await time.pass(10);
  store.setDraft("never sent");
  socket.cut();
  store.send();
  await socket.connect();
  server.rooms.get("r2").members = ["cyd"];
  socket.receive("room changed", { room: { room: "r2", gone: true } });
  assert.equal(store.get("room").missing, true);
  assert.deepEqual(store.get("rooms", "all").map((r) => r.room), ["r1"]);
  assert.deepEqual(store.get("messages"), []);
});

test("a stale picture of a room does not take back what is known", async () => {
  const { store, server, socket } = await world({ messages: 1 });
  const stale = server.wire("r1", "ann");
  server.send("r1", "ben", "m2");
  socket.receive("room changed", { room: { ...stale, muted: true } });
  assert.deepEqual([row(store, "r1").preview, row(store, "r1").unread, row(store, "r1").muted], ["m2", 2, true]);
  server.send("r1", "ben", "m3");
  assert.equal(row(store, "r1").unread, 3);
});

test("a room that may not be seen says why, and a later try works", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ben", "cyd"]);
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  await time.pass(10);
  assert.equal(store.get("room").missing, true);
  assert.deepEqual([store.get("timeline").error, store.get("timeline").loading], ["There is no such room.", false]);
  server.rooms.get("r1").members.push("ann");
  server.rooms.get("r1").receipts.set("ann", { user: "ann", readSeq: 0, deliveredSeq: 0 });
  store.reconnect();
  await time.pass(10);
  assert.deepEqual([store.get("timeline").error, store.get("timeline").loaded, store.get("timeline").empty], ["", true, true]);
});

test("a refused connection is final, a lost one is not", async () => {
  const { store, socket, time } = await world();
  socket.cut();
  assert.equal(store.get("connection").state, "offline");
  store.reconnect();
  assert.equal(socket.retries, 1);
  socket.refuse();
  assert.deepEqual([store.get("connection").state, store.get("connection").shown], ["refused", true]);
  assert.equal(store.get("connection").reason, "over"); // there was a session, and nobody said why it ended
  store.reconnect();
  await time.pass(60_000);
  assert.equal(socket.retries, 1);
});

test("a session that ends elsewhere ends here", async () => {
  const { store, socket } = await world();
  socket.receive("session ended", { reason: "revoked" });
  assert.deepEqual([store.get("connection").state, store.get("connection").reason], ["refused", "revoked"]);
  assert.equal(socket.connected, false);
});

test("another account in the same page sees nothing of the first", async () => {
  const { store, server, socket, time } = await world({ messages: 1 });
  server.addRoom("r9", ["cyd", "ben"]);
  store.setDraft("mine");
  socket.cut();
  socket.me = "cyd";
  await socket.connect();
  await time.pass(10);
  assert.equal(store.get("me").id, "cyd");
  assert.deepEqual(store.get("rooms", "all").map((r) => r.room), ["r9"]);
  assert.deepEqual(store.get("messages"), []);
  assert.equal(store.get("draft"), "");
});

test("the announcer speaks others' new words in the open room", async () => {
  const { store, server, socket } = await world({ messages: 2 });
  assert.equal(store.get("announcement"), "", "what was there is not news");
  server.send("r1", "ben", "**fresh**");
  assert.equal(store.get("announcement"), "Ben: fresh");
  server.send("r1", "ann", "own", { clientId: "x" });
  assert.equal(store.get("announcement"), "Ben: fresh");
  assert.ok(socket.connected);
});

test("stopping leaves no timer and no listener on the wire", async () => {
  const { store, server, socket, time } = await world({ messages: 3 });
  store.setDraft("x");
  server.emit("r1", "typing", { room: "r1", user: "ben", on: true, until: 6000 });
  store.setView({ visible: false });
  store.stop();
  await settle();
  assert.equal(socket.connected, false);
  assert.equal(time.waiting, 0);
});
