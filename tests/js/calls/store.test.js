import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { ending, length } from "../../../assets/calls/words.js";
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

const phases = (...pages) => pages.map((page) => page.store.view.phase);

/** Ann calls Ben through the preview. */
async function ring(ann, kind = "video") {
  ann.store.start({ room: "ann-ben", peer: "ben", kind });
  await server.flow();
  ann.store.call();
  await server.flow();
}

async function talking(kind = "video") {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  await ring(ann, kind);
  ben.store.accept(kind === "video");
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["talking", "talking"]);
  return { ann, ben };
}

test("the preview of a room's call leads on with what was chosen in it", async () => {
  const ann = await server.page("ann");
  const went = [];
  ann.store.start({ room: "garden", title: "Garden", kind: "audio", joins: "join", go: (how) => went.push(how) });
  await server.flow();
  assert.deepEqual([ann.store.view.phase, ann.store.view.name, ann.store.view.joins], ["preview", "Garden", "join"]);
  ann.store.toggleCamera();
  ann.store.toggleMute();
  await server.flow();
  ann.store.call();
  assert.deepEqual(went, [{ camera: true, muted: true }]);
  assert.equal(ann.store.view.phase, "");
  assert.equal(FakeTrack.live.size, 0, "the devices are free for the call");
  ann.store.setAsk(false);
  ann.store.start({ room: "garden", title: "Garden", kind: "audio", joins: "join", go: (how) => went.push(how) });
  assert.deepEqual(went.at(-1), { camera: false, muted: false });
});

test("a call from the preview to the end", async () => {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  ann.store.start({ room: "ann-ben", peer: "ben", kind: "video" });
  await server.flow();
  assert.equal(ann.store.view.phase, "preview");
  assert.equal(ann.store.view.own_picture, true);
  assert.equal(FakeTrack.live.size, 2);
  ann.store.call();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["outgoing", "incoming"]);
  assert.deepEqual([ann.store.view.line, ben.store.view.name, ben.store.view.kind], ["Ringing…", "ann", "video"]);
  assert.deepEqual([ann.tones.at(-1), ben.tones.at(-1)], ["wait", "ring"]);
  ben.store.accept(true);
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["talking", "talking"]);
  assert.deepEqual([ann.tones.at(-1), ben.tones.at(-1)], ["stop", "stop"]);
  assert.equal(ann.store.view.remote_picture, true);
  assert.equal(ben.store.view.own_picture, true);
  await server.timers.pass(65_000);
  ben.store.leave();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["ended", "ended"]);
  assert.equal(ann.store.view.ended_line, "It lasted 1 min.");
  assert.equal(FakeTrack.live.size, 0);
  ann.store.dismiss();
  assert.equal(ann.store.view.phase, "");
});

test("who does not want the preview calls at once, and is not asked the next time", async () => {
  const ann = await server.page("ann");
  ann.store.setAsk(false);
  ann.store.start({ room: "ann-ben", peer: "ben", kind: "audio" });
  await server.flow();
  assert.equal(ann.store.view.phase, "outgoing");
  const again = await server.page("ann", { like: { memory: ann.memory } });
  again.store.start({ room: "ann-eve", peer: "eve", kind: "audio" });
  await server.flow();
  assert.equal(again.store.view.title, "No call", "the server says that she is in one");
});

test("the preview lets go of its devices when it is put away", async () => {
  const ann = await server.page("ann");
  let open;
  ann.media.hold = new Promise((done) => (open = done));
  ann.store.start({ room: "ann-ben", peer: "ben", kind: "video" });
  ann.store.dismiss();
  open();
  await server.flow();
  assert.equal(FakeTrack.live.size, 0);
  assert.equal(ann.store.view.phase, "");
});

test("who leaves the chat takes a preview along, and nothing else of a call", async () => {
  const ann = await server.page("ann");
  ann.store.start({ room: "ann-ben", peer: "ben", kind: "video" });
  await server.flow();
  assert.equal(FakeTrack.live.size, 2);
  ann.store.pageLeft();
  assert.deepEqual([ann.store.view.phase, FakeTrack.live.size], ["", 0]);
  const ben = await server.page("ben");
  await ring(ann);
  for (const phase of ["outgoing", "talking", "ended"]) {
    if (phase === "talking") ben.store.accept(true);
    if (phase === "ended") ben.store.leave();
    await server.flow();
    const { view } = ann.store;
    ann.store.pageLeft();
    assert.deepEqual([view.phase, ann.store.view], [phase, view]);
  }
});

test("declined, with words for the caller alone", async () => {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  await ring(ann);
  ben.store.decline();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["ended", ""]);
  assert.equal(ann.store.view.title, "ben declined");
});

test("an answer by message declines and opens the conversation", async () => {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  await ring(ann);
  ben.store.answerByMessage();
  await server.flow();
  assert.deepEqual(ben.opened, ["ann-ben"]);
  assert.equal(ann.store.view.title, "ben declined");
});

test("cancelled and missed calls leave a short word, which goes by itself", async () => {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  await ring(ann);
  ann.store.leave();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["", "ended"]);
  assert.equal(ben.store.view.title, "Missed call from ann");
  await server.timers.pass(6000);
  assert.equal(ben.store.view.phase, "");
  await ring(ann);
  server.end([...server.calls.values()].at(-1), "missed");
  await server.flow();
  assert.deepEqual([ann.store.view.title, ben.store.view.title], ["ben did not answer", "Missed call from ann"]);
  assert.deepEqual([ann.store.view.again, ben.store.view.again], ["Call again", "Call back"]);
});

test("another device answers: this one stops ringing", async () => {
  const [ann, ben, other] = [await server.page("ann"), await server.page("ben"), await server.page("ben")];
  await ring(ann);
  assert.deepEqual(phases(ben, other), ["incoming", "incoming"]);
  other.store.accept(false);
  await server.flow();
  assert.deepEqual(phases(ann, ben, other), ["talking", "ended", "talking"]);
  assert.equal(ben.store.view.title, "Answered on another device");
  assert.equal(ben.tones.at(-1), "stop");
  assert.equal(FakeTrack.live.size, 3, "Ann's camera and microphone, the other device's microphone");
});

test("two devices answer at once: one talks, the other one is told", async () => {
  const [ann, ben, other] = [await server.page("ann"), await server.page("ben"), await server.page("ben")];
  await ring(ann);
  ben.store.accept(true);
  other.store.accept(true);
  await server.flow();
  assert.deepEqual(phases(ann, ben, other).sort(), ["ended", "talking", "talking"]);
});

test("busy is said in the server's words", async () => {
  const { ben } = await talking();
  const eve = await server.page("eve");
  eve.store.start({ room: "ben-eve", peer: "ben", kind: "audio" });
  await server.flow();
  eve.store.call();
  await server.flow();
  assert.deepEqual([eve.store.view.phase, eve.store.view.ended_line], ["ended", "ben is in another call."]);
  assert.equal(ben.store.view.phase, "talking");
});

test("who gives up before it rings does not let it ring on", async () => {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  ann.store.setAsk(false);
  ann.store.start({ room: "ann-ben", peer: "ben", kind: "audio" });
  await server.sent("audio call");
  ann.store.leave();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["", "ended"]);
  assert.equal(server.calls.get("c0").reason, "cancelled");
});

/** Ann calls somebody, gives up before the server has answered, and calls Eve; returns what lets the two requests go. */
async function callTwo(ann, first) {
  const gates = [server.gate("video call", "request"), server.gate("audio call", "request")];
  ann.store.setAsk(false);
  ann.store.start({ room: `ann-${first}`, peer: first, kind: "video" });
  await server.flow();
  ann.store.leave();
  ann.store.start({ room: "ann-eve", peer: "eve", kind: "audio" });
  await server.flow();
  assert.deepEqual([ann.store.view.phase, ann.store.view.name, ann.store.view.line], ["outgoing", "eve", "Calling…"]);
  return gates;
}

test("who gives up and calls somebody else is in the call with that one alone", async () => {
  const [ann, ben, eve] = [await server.page("ann"), await server.page("ben"), await server.page("eve")];
  for (const go of await callTwo(ann, "ben")) {
    go();
    await server.flow();
    assert.equal(ann.store.view.name, "eve");
  }
  assert.deepEqual([...phases(ann, ben, eve), ann.store.view.line], ["outgoing", "ended", "incoming", "Ringing…"]);
  assert.deepEqual([server.calls.get("c0").reason, FakeTrack.live.size], ["cancelled", 1]);
});

test("a refusal that comes after giving up is not told of the next call", async () => {
  const [ann, ben, dora, eve] = [await server.page("ann"), await server.page("ben"), await server.page("dora"), await server.page("eve")];
  dora.store.setAsk(false);
  dora.store.start({ room: "ben-dora", peer: "ben", kind: "audio" });
  await server.flow();
  assert.deepEqual(phases(dora, ben), ["outgoing", "incoming"]);
  for (const go of await callTwo(ann, "ben")) {
    go();
    await server.flow();
    assert.deepEqual([ann.store.view.phase, ann.store.view.name], ["outgoing", "eve"]);
  }
  assert.equal(eve.store.view.phase, "incoming");
});

test("who gives up and calls the same person again is in one call", async () => {
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  ann.store.setAsk(false);
  const go = server.gate("audio call", "answer");
  for (const last of [false, true]) {
    ann.store.start({ room: "ann-ben", peer: "ben", kind: "audio" });
    await server.flow();
    if (!last) ann.store.leave();
  }
  go();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["outgoing", "incoming"]);
  assert.deepEqual([server.calls.get("c0").reason, server.calls.get("c1").state], ["cancelled", "ringing"]);
});

test("an answer that failed does not end the call that is answered next", async () => {
  const [ann, ben, eve] = [await server.page("ann"), await server.page("ben"), await server.page("eve")];
  await ring(ann);
  server.calls.get("c0").state = "connecting"; // answered elsewhere, and Ben's page does not know it yet
  const late = server.gate("call join", "answer");
  ben.store.accept(false);
  await server.flow();
  ben.store.leave();
  await server.flow();
  eve.store.setAsk(false);
  eve.store.start({ room: "ben-eve", peer: "ben", kind: "audio" });
  await server.flow();
  const accepted = server.gate("call accept", "request");
  ben.store.accept(false);
  await server.flow();
  late();
  await server.flow();
  assert.deepEqual(phases(ben), ["joining"]);
  accepted();
  await server.flow();
  assert.deepEqual(phases(ben, eve), ["talking", "talking"]);
});

test("who hangs up while it rings can call somebody else at once", async () => {
  const [ann, ben, eve] = [await server.page("ann"), await server.page("ben"), await server.page("eve")];
  await ring(ann);
  const go = server.gate("call end", "request");
  ann.store.leave();
  ann.store.setAsk(false);
  ann.store.start({ room: "ann-eve", peer: "eve", kind: "audio" });
  await server.flow();
  go();
  await server.flow();
  assert.deepEqual(phases(ann, ben, eve), ["outgoing", "ended", "incoming"]);
});

for (const who of ["ann", "ben"]) {
  test(`${who}'s page is loaded anew: back in the call, camera and mute as before`, async () => {
    const pages = await talking();
    pages[who].store.toggleMute();
    await server.flow();
    server.leave(pages[who]);
    pages[who] = await server.page(who, { like: pages[who] });
    await server.flow();
    const { ann, ben } = pages;
    assert.deepEqual(phases(ann, ben), ["talking", "talking"]);
    const { muted, own_picture, remote_picture } = pages[who].store.view;
    assert.deepEqual({ muted, own_picture, remote_picture }, { muted: true, own_picture: true, remote_picture: true });
    assert.equal(pages[who === "ann" ? "ben" : "ann"].store.view.remote_muted, true);
  });
}

test("signals that were sent without the server go out when it is back", async () => {
  const { ann, ben } = await talking("audio");
  server.disconnect(ann);
  ann.store.toggleCamera();
  await server.flow();
  assert.equal(ben.store.view.remote_picture, false);
  await server.connect(ann);
  await server.timers.pass(3000);
  await server.flow();
  assert.equal(ben.store.view.remote_picture, true);
});

test("an end that was missed while away is seen at once", async () => {
  const { ann, ben } = await talking();
  server.disconnect(ben);
  server.end(server.calls.get("c0"), "server_restarted");
  await server.connect(ben);
  assert.equal(ben.store.view.title, "The call was interrupted");
  assert.equal(ann.store.view.title, "The call was interrupted");
});

test("who leaves without the server is gone for the other as soon as it is back", async () => {
  const { ann, ben } = await talking();
  server.disconnect(ann);
  ann.store.leave();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["ended", "talking"]);
  await server.connect(ann);
  assert.deepEqual(phases(ann, ben), ["ended", "ended"]);
  assert.equal(ann.store.peer, null);
});

test("what is old or of somebody else changes nothing", async () => {
  const { ann } = await talking();
  const { view } = ann.store;
  ann.store.take({ ...server.calls.get("c0"), version: 1, state: "ended", reason: "failed" });
  ann.store.take({ _id: "other", version: 1, state: "ringing", kind: "audio", caller: "eve", callee: "ann", callerDevice: "e" });
  ann.store.hear("call signal", { call: "other", n: 1, data: {} });
  assert.equal(ann.store.view, view);
});

test("no way between the networks is told to both", async () => {
  FakeConnection.blocked = true;
  const [ann, ben] = [await server.page("ann"), await server.page("ben")];
  await ring(ann);
  ben.store.accept(true);
  for (let i = 0; i < 40; i += 1) {
    await server.timers.pass(1000);
    await server.flow();
  }
  assert.deepEqual([ann.store.view.title, ben.store.view.title], Array(2).fill("The call could not be connected"));
});

const tooOld = { makePeer: async () => Promise.reject(new Error("Failed to fetch dynamically imported module")) };
const TOO_OLD = "This page is too old for calls, or the server cannot be reached. Load it again.";

test("a page that cannot fetch what makes calls says so, and lets nobody ring", async (t) => {
  t.mock.method(console, "error", () => {});
  const [ann, ben] = [await server.page("ann", tooOld), await server.page("ben")];
  await ring(ann);
  assert.deepEqual([ann.store.view.phase, ann.store.view.ended_line, ann.tones.at(-1)], ["ended", TOO_OLD, "stop"]);
  assert.equal(server.calls.get("c0").reason, "cancelled");
  assert.equal(ben.store.view.title, "Missed call from ann");
});

test("who answers on such a page does not keep the caller waiting", async (t) => {
  t.mock.method(console, "error", () => {});
  const [ann, ben] = [await server.page("ann"), await server.page("ben", tooOld)];
  await ring(ann);
  ben.store.accept(true);
  await server.flow();
  assert.deepEqual([ben.store.view.phase, ben.store.view.ended_line], ["ended", TOO_OLD]);
  assert.equal(server.calls.get("c0").reason, "failed");
  assert.equal(ann.store.view.title, "The call could not be connected");
});

test("the small window, and call again", async () => {
  const { ann, ben } = await talking();
  ann.store.setSmall(true);
  assert.equal(ann.store.view.small, true);
  ann.store.toggleMore();
  ann.store.leave();
  await server.flow();
  assert.equal(ann.store.view.small, false);
  ann.store.again();
  await server.flow();
  assert.equal(ann.store.view.phase, "preview");
  assert.equal(ben.store.view.phase, "ended");
  ann.store.call();
  await server.flow();
  assert.deepEqual(phases(ann, ben), ["outgoing", "incoming"]);
});

test("every end has its words, and none says nothing to the caller", () => {
  const call = { caller: "ann", callee: "ben", activeAt: "2026-01-01T00:00:00Z", endedAt: "2026-01-01T00:00:42Z" };
  for (const reason of ["hung_up", "declined", "missed", "busy", "failed", "server_restarted", "caller_gone", "callee_gone"]) {
    const told = ending({ call: { ...call, reason }, me: "ann", name: "Ben" });
    assert.ok(told.title, reason);
  }
  assert.equal(ending({ call: { ...call, reason: "callee_gone" }, me: "ben", name: "Ann" }).title, "Your connection was lost");
  assert.deepEqual([length(42), length(61), length(3900)], ["42 s", "1 min", "1 h 5 min"]);
});
