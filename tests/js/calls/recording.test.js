import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { FakeConnection, FakeTrack } from "./fakes.js";
import { FakeServer } from "./server.js";

let server;

beforeEach(() => {
  FakeConnection.all = [];
  FakeConnection.blocked = false;
  FakeTrack.live.clear();
  server = new FakeServer();
});

afterEach(() => {
  for (const page of [...server.pages]) server.leave(page);
  assert.equal(FakeTrack.live.size, 0, "every device is let go of");
  for (const connection of FakeConnection.all) assert.equal(connection.signalingState, "closed");
});

const open = () => FakeConnection.all.filter((each) => each.signalingState !== "closed");
const looks = (...pages) => pages.map((page) => page.store.view.recording);

async function talking() {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  ann.store.start({ room: "ann-ben", peer: "ben", kind: "video" });
  await server.flow();
  ann.store.call();
  await server.flow();
  ben.store.accept(true);
  await server.flow();
  assert.equal(ann.store.peer.snapshot.status, "connected");
  return [ann, ben];
}

/** Both say yes, and the server's connections come up. */
async function record(ann, ben) {
  ann.store.recording.toggle(true);
  await server.flow();
  ben.store.recording.toggle(true);
  await server.flow();
  await up();
}

async function up() {
  for (const connection of open()) connection.turn("connected");
  await server.flow();
}

test("asked and agreed: both go through the server, and directly again afterwards", async () => {
  const [ann, ben] = await talking();
  const direct = open();
  assert.match(ann.store.view.code, /^\d{4} /);
  ann.store.recording.toggle(true);
  await server.flow();
  assert.deepEqual(looks(ann, ben), ["asking", "asked"]);
  assert.deepEqual(open(), direct, "nothing is switched before both agreed");
  ben.store.recording.toggle(true);
  await server.flow();
  assert.deepEqual(looks(ann, ben), ["on", "on"]);
  assert.equal(server.asked.filter(([, event]) => event === "call forward").length, 2);
  for (const connection of direct) assert.equal(connection.signalingState, "closed");
  assert.equal(ann.store.view.code, "", "the code of the direct connection says nothing any more");
  await up();
  for (const page of [ann, ben]) {
    assert.equal(page.store.peer.snapshot.status, "connected");
    assert.equal(page.store.view.forwarded, true);
    assert.equal(page.store.view.phase, "talking");
  }
  for (const connection of open()) assert.deepEqual(connection.getTransceivers().map(({ kind, direction }) => `${kind} ${direction}`), ["audio sendonly", "audio recvonly", "video sendonly", "video recvonly"]);
  assert.deepEqual(open()[0].getTransceivers().map(({ sender }) => sender.track?.kind ?? ""), ["audio", "", "video", ""]);

  ben.store.recording.toggle(false);
  await server.flow();
  for (const page of [ann, ben]) {
    assert.equal(page.store.peer.snapshot.status, "connected");
    assert.equal(page.store.view.forwarded, false);
    assert.match(page.store.view.recording_line, /in your conversation/);
  }
  assert.equal(open().length, 2);
  await server.timers.pass(9000);
  assert.equal(ann.store.view.recording_line, "", "it goes by itself");
});

test("declined and withdrawn, with words for the one who waits", async () => {
  const [ann, ben] = await talking();
  const direct = open();
  ann.store.recording.toggle(true);
  await server.flow();
  ben.store.recording.toggle(false);
  await server.flow();
  assert.deepEqual([ann, ben].map((page) => page.store.view.recording_line), ["ben does not want to be recorded.", ""]);
  ben.store.recording.toggle(true);
  await server.flow();
  assert.deepEqual(looks(ann, ben), ["asked", "asking"]);
  ben.store.recording.toggle(false);
  await server.flow();
  assert.deepEqual(looks(ann, ben), ["", ""]);
  assert.match(ann.store.view.recording_line, /does not ask/);
  assert.deepEqual(open(), direct);
});

test("what the server says no to is shown in its words", async () => {
  const [ann] = await talking();
  [...server.calls.values()][0].state = "connecting";
  ann.store.recording.toggle(true);
  await server.flow();
  assert.equal(ann.store.view.recording_line, "Only while two people talk.");
  server.disconnect(ann);
  ann.store.recording.toggle(true);
  await server.flow();
  assert.match(ann.store.view.recording_line, /cannot be reached/);
});

for (const who of [0, 1]) {
  test(`${["ann", "ben"][who]}'s page is loaded anew while it is recorded: back by way of the server`, async () => {
    const pages = await talking();
    await record(...pages);
    server.leave(pages[who]);
    pages[who] = await server.page(pages[who].user, { like: pages[who] });
    await server.flow();
    await up();
    for (const page of pages) {
      assert.equal(page.store.view.recording, "on");
      assert.equal(page.store.view.forwarded, true);
      assert.equal(page.store.peer.snapshot.status, "connected");
    }
    assert.equal(open().length, 2, "no direct connection is left");
    pages[1 - who].store.recording.toggle(false);
    await server.flow();
    for (const page of pages) assert.deepEqual([page.store.view.forwarded, page.store.peer.snapshot.status], [false, "connected"]);
  });
}

test("a server that loses the connection is gone to again; a broken recording goes on directly", async () => {
  const [ann, ben] = await talking();
  await record(ann, ben);
  open()[0].turn("failed");
  await server.flow();
  assert.equal(ann.store.peer.snapshot.status, "reconnecting");
  await server.timers.pass(100);
  await up();
  assert.equal(ann.store.peer.snapshot.status, "connected");
  assert.equal(server.asked.filter(([, event]) => event === "call forward").length, 3);
  server.tellRecording([...server.calls.values()][0], { state: "off", by: "ann", why: "broken" });
  await server.flow();
  for (const page of [ann, ben]) {
    assert.equal(page.store.peer.snapshot.status, "connected");
    assert.match(page.store.view.recording_line, /broke off/);
  }
});

test("mute, camera and screen run on the way through the server", async () => {
  const [ann, ben] = await talking();
  await record(ann, ben);
  const sends = () => open()[0].getTransceivers().filter(({ direction }) => direction === "sendonly").map(({ sender }) => sender.track?.label ?? "-");
  assert.deepEqual(sends(), ["audio", "video"]);
  await ann.store.peer.setCamera(false);
  assert.deepEqual(sends(), ["audio", "-"]);
  await ann.store.peer.shareScreen();
  assert.deepEqual(sends(), ["audio", "screen"]);
  await server.flow();
  assert.equal(ben.store.view.remote_screen, true, "it is still told to the other side");
});
