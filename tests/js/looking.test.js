import assert from "node:assert/strict";
import { test } from "node:test";
import { world } from "./fakes.js";

test("a room that something lies over is not read; a line shows what came meanwhile", async () => {
  const { store, server } = await world({ messages: 1 });
  store.setView({ visible: true, focused: true, atBottom: true });
  assert.equal(store.heads.get("r1").unread, 0);
  store.setView({ covered: true });
  server.send("r1", "ben", "under the search");
  assert.equal(store.heads.get("r1").unread, 1);
  store.setView({ covered: false });
  assert.equal(store.heads.get("r1").unread, 0);
  assert.deepEqual(store.get("messages").map((row) => row.new_divider), [false, true]);
});

test("who looks at what lies over the room is here all the same", async () => {
  const { store, socket, time } = await world({ messages: 1 });
  store.setView({ visible: true, focused: true, covered: true });
  await time.pass(10 * 60_000);
  assert.deepEqual(socket.told.filter(({ event }) => event === "presence"), []);
  assert.equal(store.place.away, false);
});

test("without a connection nobody is said to be there", async () => {
  const { store, server, socket, time } = await world({ messages: 1 });
  server.emit("r1", "presence", { user: "ben", state: "online" });
  await time.pass(10);
  assert.equal(store.get("presence", "ben"), "online");
  socket.cut();
  assert.equal(store.get("presence", "ben"), "online", "a blink of the network is nothing");
  await time.pass(2000);
  assert.equal(store.get("presence", "ben"), "");
  assert.equal(store.get("room").status, "Not known");
  await socket.connect();
  assert.equal(store.get("presence", "ben"), "offline", "as the server says it anew");
});

test("what is new in the open room is said, also when it comes with the room", async () => {
  const { store, server, time } = await world();
  server.emit("r1", "room changed", { room: { ...server.wire("r1", "ann"), lastSeq: 1, rev: 1, lastMessage: { _id: "x", room: "r1", seq: 1, rev: 1, sender: "ben", messageType: "text", content: "first", attachments: [], timestamp: "2025-11-05T09:00:00.000Z" } } });
  await time.pass(10);
  assert.equal(store.get("announcement"), "Ben: first");
  store.setLocation({});
  assert.equal(store.get("announcement"), "");
});
