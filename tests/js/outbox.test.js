import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeStorage, FakeTime, ModelServer, device, settle, world } from "./fakes.js";

const say = (store, text) => {
  store.setDraft(text);
  return store.send();
};
const states = (store) => store.get("messages").filter((row) => row.mine).map((row) => [row.text, row.state]);
const asked = (socket, event) => socket.asked.filter((question) => question.event === event);

test("a message is shown at once, keeps its row, and gets its tick", async () => {
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const { store, server, time, socket } = await world();
  const request = socket.request.bind(socket);
  socket.request = async (event, data) => {
    if (event === "chat message") await gate;
    return request(event, data);
  };
  say(store, "hello");
  const [before] = store.get("messages");
  assert.deepEqual([before.state, before.text, before.html], ["pending", "hello", "<p>hello</p>\n"]);
  assert.equal(store.get("draft"), "");
  open();
  await time.pass(10);
  const [after] = store.get("messages");
  assert.deepEqual([after.key, after.state, after.id], [before.key, "sent", "r1-m1"]);
  server.advance("r1", "ben", { deliveredSeq: 1 });
  assert.equal(store.get("messages")[0].state, "delivered");
  server.advance("r1", "ben", { readSeq: 1 });
  assert.equal(store.get("messages")[0].state, "read");
});

test("one is in flight a room, in their order", async () => {
  const { store, socket, server, time } = await world({ network: { delay: () => 20 } });
  await time.pass(200);
  for (const text of ["a", "b", "c"]) say(store, text);
  assert.equal(asked(socket, "chat message").length, 1);
  assert.deepEqual(states(store), [["a", "pending"], ["b", "pending"], ["c", "pending"]]);
  await time.pass(50);
  assert.equal(asked(socket, "chat message").length, 2);
  await time.pass(500);
  assert.deepEqual(server.rooms.get("r1").messages.map((m) => m.content), ["a", "b", "c"]);
  assert.deepEqual(states(store), [["a", "sent"], ["b", "sent"], ["c", "sent"]]);
});

test("offline nothing is blocked: the queue is visible, counted, and goes out once in order", async () => {
  const { store, socket, server, time } = await world();
  socket.cut();
  for (const text of ["a", "b"]) say(store, text);
  assert.deepEqual(states(store), [["a", "pending"], ["b", "pending"]]);
  assert.equal(store.get("connection").state, "offline");
  assert.equal(store.get("connection").queued, 2);
  assert.equal(store.get("connection").shown, false);
  await time.pass(2000);
  assert.equal(store.get("connection").shown, true);
  assert.match(store.get("connection").text, /2 messages wait here/);
  await socket.connect();
  await time.pass(10);
  assert.deepEqual(server.rooms.get("r1").messages.map((m) => m.content), ["a", "b"]);
  assert.equal(store.get("connection").queued, 0);
});

test("what waits is shown before the conversation is there, and once when it comes", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  for (const room of ["r1", "r2"]) server.addRoom(room, ["ann", "ben"]);
  server.send("r2", "ben", "from before");
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  await time.pass(0);
  socket.cut();
  store.setLocation({ room: "r2" });
  assert.deepEqual([store.get("messages"), store.get("timeline").loading], [[], true]);
  say(store, "a");
  assert.deepEqual(states(store), [["a", "pending"]]);
  assert.deepEqual([store.get("timeline").loaded, store.get("timeline").empty], [false, false]);
  await socket.connect();
  await time.pass(100);
  assert.deepEqual(store.get("messages").map((row) => [row.text, row.state]), [["from before", ""], ["a", "sent"]]);
});

test("a reload with messages pending sends them once and keeps the order", async () => {
  const storage = new FakeStorage();
  const { store, socket, server, time } = await world({ storage });
  socket.cut();
  for (const text of ["a", "b", "c"]) say(store, text);
  store.stop();

  const again = device({ time, server, storage, room: "r1" });
  await again.socket.connect();
  await time.pass(10);
  assert.deepEqual(server.rooms.get("r1").messages.map((m) => m.content), ["a", "b", "c"]);
  assert.deepEqual(states(again.store), [["a", "sent"], ["b", "sent"], ["c", "sent"]]);
  assert.deepEqual(storage.keys().filter((key) => key.includes(":out:")), []);
});

test("a lost answer and a reload do not make a second message", async () => {
  const storage = new FakeStorage();
  let losing = true;
  const network = { drop: (what, event) => losing && what === "answer" && event === "chat message" };
  const { store, server, time, socket } = await world({ storage, network: { ...network, drop: (what, event) => network.drop(what, event) || (losing && event === "chat message" && what === "event") } });
  say(store, "once");
  await settle();
  assert.equal(server.rooms.get("r1").messages.length, 1, "the server has it");
  assert.deepEqual(states(store), [["once", "pending"]]);
  socket.cut();
  store.stop();
  losing = false;
  const again = device({ time, server, storage, room: "r1" });
  await again.socket.connect();
  await time.pass(100);
  assert.equal(server.rooms.get("r1").messages.length, 1);
  assert.deepEqual(states(again.store), [["once", "sent"]]);
});

test("an answer that does not come is asked for again", async () => {
  let lost = 1;
  const network = { drop: (what, event) => event === "chat message" && what === "question" && lost-- > 0 };
  const { store, server, time } = await world({ network });
  say(store, "a");
  await time.pass(14_000);
  assert.deepEqual(states(store), [["a", "pending"]]);
  await time.pass(4000);
  assert.deepEqual(states(store), [["a", "sent"]]);
  assert.equal(server.rooms.get("r1").messages.length, 1);
});

test("a permanent refusal fails at once, does not hold up the next, and can be tried again or thrown away", async () => {
  const storage = new FakeStorage();
  const { store, server, time } = await world({ storage });
  const refusal = { matches: (event, data) => event === "chat message" && data.content === "bad", error: { code: "invalid", message: "This cannot be sent." } };
  server.refusals.push(refusal);
  say(store, "bad");
  say(store, "good");
  await time.pass(10);
  assert.deepEqual(states(store), [["good", "sent"], ["bad", "failed"]]);
  const failed = store.get("messages").find((row) => row.state === "failed");
  assert.equal(failed.error, "This cannot be sent.");
  assert.equal(store.get("rooms", "all")[0].tick, "failed");
  assert.equal(storage.keys().filter((key) => key.includes(":out:")).length, 1, "a failed one survives a reload");

  store.retry(failed.key);
  await time.pass(10);
  assert.equal(store.get("messages").find((row) => row.key === failed.key).state, "failed");
  server.refusals.length = 0;
  store.retry(failed.key);
  await time.pass(10);
  assert.deepEqual(states(store), [["good", "sent"], ["bad", "sent"]]);

  server.refusals.push(refusal);
  say(store, "bad");
  await time.pass(10);
  store.discard(store.get("messages").find((row) => row.state === "failed").key);
  assert.deepEqual(states(store), [["good", "sent"], ["bad", "sent"]]);
  assert.deepEqual(storage.keys().filter((key) => key.includes(":out:")), []);
});

test("a passing refusal is tried again with growing waits, and fails after six", async () => {
  const { store, server, socket, time } = await world();
  server.refusals.push({ matches: (event) => event === "chat message", error: { code: "unavailable", message: "Not now." } });
  say(store, "a");
  await time.pass(10);
  assert.equal(asked(socket, "chat message").length, 1);
  await time.pass(1300);
  assert.equal(asked(socket, "chat message").length, 2);
  await time.pass(120_000);
  assert.equal(asked(socket, "chat message").length, 6);
  assert.deepEqual(states(store), [["a", "failed"]]);
  assert.equal(store.get("messages")[0].error, "Not now.");
});

test("being asked to wait is obeyed and is no failure", async () => {
  const { store, server, socket, time } = await world();
  server.refusals.push({ matches: (event) => event === "chat message", times: 8, error: { code: "too_many", message: "Wait.", retryAfter: 3 } });
  say(store, "a");
  await time.pass(2900);
  assert.equal(asked(socket, "chat message").length, 1);
  await time.pass(200);
  assert.equal(asked(socket, "chat message").length, 2);
  await time.pass(30_000);
  assert.deepEqual(states(store), [["a", "sent"]]);
});

test("while the server takes nothing the composer says for how long, and what waits goes out by itself", async () => {
  const { store, server, time } = await world();
  server.refusals.push({ matches: (event) => event === "chat message", times: 1, error: { code: "too_many", message: "Wait.", retryAfter: 7.4 } });
  say(store, "a");
  await time.pass(10);
  assert.equal(store.get("composer").notice, "You can send again in 8 s. What waits goes out by itself.");
  say(store, "b");
  await time.pass(3000);
  assert.equal(store.get("composer").notice, "You can send again in 5 s. What waits goes out by itself.");
  assert.deepEqual(states(store), [["a", "pending"], ["b", "pending"]]);
  await time.pass(5000);
  assert.equal(store.get("composer").notice, "");
  assert.deepEqual(states(store), [["a", "sent"], ["b", "sent"]]);
});

test("a wait of less than a second is not worth a word", async () => {
  const { store, server, time } = await world();
  server.refusals.push({ matches: (event) => event === "chat message", times: 1, error: { code: "too_many", message: "Wait.", retryAfter: 0.6 } });
  say(store, "a");
  await time.pass(10);
  assert.equal(store.get("composer").notice, "");
  await time.pass(1000);
  assert.deepEqual(states(store), [["a", "sent"]]);
});

test("a session that has ended keeps what is not sent and says so", async () => {
  const storage = new FakeStorage();
  const { store, server, time } = await world({ storage });
  server.refusals.push({ matches: (event) => event === "chat message", error: { code: "unauthenticated", message: "Log in." } });
  say(store, "a");
  await time.pass(10);
  assert.equal(store.get("connection").state, "refused");
  assert.deepEqual(states(store), [["a", "pending"]]);
  assert.equal(storage.keys().filter((key) => key.includes(":out:")).length, 1);
  store.forget();
  assert.deepEqual(storage.keys(), []);
});

/** A device with a draft and a message that cannot go out, and the keys that its storage holds. */
async function unsent() {
  const storage = new FakeStorage();
  const { store, server, socket, time } = await world({ storage });
  server.refusals.push({ matches: (event) => event === "chat message", error: { code: "too_many", message: "Wait.", retryAfter: 60 } });
  say(store, "waiting");
  store.setDraft("not sent");
  await time.pass(1000);
  const kinds = () => storage.keys().map((key) => key.split(":")[2]).sort();
  assert.deepEqual(kinds(), ["draft", "out"]);
  return { store, socket, time, kinds };
}

test("a log-out forgets what is not sent, also in a page that only hears of it", async () => {
  const { store, socket, time, kinds } = await unsent();
  socket.receive("session ended", { reason: "" });
  assert.equal(store.get("connection").state, "refused");
  assert.deepEqual(kinds(), []);
  store.setDraft("typed while the page goes");
  await time.pass(1000);
  store.hide();
  assert.deepEqual(kinds(), []);
});

for (const reason of ["revoked", "password", "closed", "over"]) {
  test(`a session that ends with "${reason}" keeps what is not sent`, async () => {
    const { socket, kinds } = await unsent();
    socket.receive("session ended", { reason });
    assert.deepEqual(kinds(), ["draft", "out"]);
  });
}

/** Two tabs of one account with one storage between them. */
function twoTabs(storage) {
  const views = [0, 1].map(() => {
    const view = Object.create(storage);
    for (const name of ["key", "getItem", "keys"]) view[name] = (...args) => storage[name](...args);
    Object.defineProperty(view, "length", { get: () => storage.length });
    return view;
  });
  const tabs = [];
  views.forEach((view, own) => {
    const write = (name) => (key, value) => {
      storage[name](key, value);
      for (const [i, tab] of tabs.entries()) if (i !== own) tab.store.stored(key);
    };
    view.setItem = write("setItem");
    view.removeItem = write("removeItem");
  });
  return { views, tabs };
}

test("two tabs show a message once and store it once", async () => {
  const storage = new FakeStorage();
  const { views, tabs } = twoTabs(storage);
  const { time, server, store, socket } = await world({ storage: views[0] });
  const second = device({ time, server, storage: views[1], room: "r1" });
  tabs.push({ store }, second);
  await second.socket.connect();
  await time.pass(10);

  say(store, "both here");
  await time.pass(2000);
  assert.deepEqual(states(store), [["both here", "sent"]]);
  assert.deepEqual(states(second.store), [["both here", "sent"]]);
  assert.equal(asked(second.socket, "chat message").length, 0, "the tab that wrote it sends it");

  socket.cut();
  second.socket.cut();
  say(store, "offline");
  assert.deepEqual(states(second.store).at(-1), ["offline", "pending"], "the other tab shows what waits");
  await Promise.all([socket.connect(), second.socket.connect()]);
  await time.pass(5000);
  assert.deepEqual(server.rooms.get("r1").messages.map((m) => m.content), ["both here", "offline"]);
  for (const tab of [store, second.store]) assert.deepEqual(states(tab), [["both here", "sent"], ["offline", "sent"]]);
  assert.deepEqual(storage.keys().filter((key) => key.includes(":out:")), []);
});

test("what a closed tab left is sent by the one that stays", async () => {
  const storage = new FakeStorage();
  const { views, tabs } = twoTabs(storage);
  const { time, server, store, socket } = await world({ storage: views[0] });
  const second = device({ time, server, storage: views[1], room: "r1" });
  tabs.push({ store }, second);
  await second.socket.connect();
  socket.cut();
  say(store, "left behind");
  store.stop();
  await time.pass(20_000);
  assert.deepEqual(server.rooms.get("r1").messages.map((m) => m.content), ["left behind"]);
  assert.deepEqual(states(second.store), [["left behind", "sent"]]);
});

test("drafts survive a reload and a change of room", async () => {
  const storage = new FakeStorage();
  const { store, server, time } = await world({ storage });
  server.addRoom("r2", ["ann", "ben"], { kind: "group", name: "Two" });
  store.setDraft("half a thought");
  store.setLocation({ room: "r2" });
  assert.equal(store.get("draft"), "");
  assert.equal(store.get("rooms", "all").find((row) => row.room === "r1").draft, "half a thought");
  store.hide();
  store.stop();
  const again = device({ time, server, storage, room: "r1" });
  await again.socket.connect();
  assert.equal(again.store.get("draft"), "half a thought");
  assert.equal(again.store.get("composer").can_send, true);
});

test("storage that fails does not stop anybody from talking", async () => {
  const broken = { get length() { throw new Error("blocked"); }, getItem() { throw new Error("blocked"); }, setItem() { throw new Error("full"); }, removeItem() { throw new Error("blocked"); } };
  const { store, server, time } = await world({ storage: broken });
  say(store, "a");
  await time.pass(10);
  assert.equal(server.rooms.get("r1").messages.length, 1);
});

test("too long is said, and not sent; characters are counted as the server does", async () => {
  const { store } = await world();
  store.setDraft("😀".repeat(200));
  assert.deepEqual([store.get("composer").length, store.get("composer").too_long, store.get("composer").can_send], [200, false, true]);
  store.setDraft("x".repeat(203));
  const composer = store.get("composer");
  assert.equal(composer.notice, "3 characters too many: a message has room for 200.");
  assert.equal(store.send(), false);
  assert.equal(store.get("draft").length, 203);
  store.setDraft(" \n ");
  assert.equal(store.send(), false);
});

test("control characters of a paste are left out and the frame of empty lines goes", async () => {
  const { store, server, time } = await world();
  say(store, "\n\n  a\u0000b\r\n\tc\u0007  \n\n");
  await time.pass(10);
  assert.equal(server.rooms.get("r1").messages[0].content, "  ab\n\tc");
});
