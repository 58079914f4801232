import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { CallPeer } from "../../../assets/calls/core.js";
import { FakeConnection, FakeMedia, FakeStream, FakeTimers, FakeTrack, Wire, digests, settle } from "./fakes.js";

let world;

beforeEach(() => {
  FakeConnection.all = [];
  FakeConnection.blocked = false;
  FakeTrack.live.clear();
  const timers = new FakeTimers();
  world = { timers, wire: new Wire(), pages: 0, sessions: 0, errors: [], connected: [], failed: [], media: {} };
});

afterEach(() => {
  for (const peer of Object.values(world.wire.ends)) peer.close();
  assert.deepEqual(world.errors, []);
  assert.equal(FakeTrack.live.size, 0, "every track is let go of at the end");
  assert.equal(world.timers.pending, 0, "no timer is left");
  for (const connection of FakeConnection.all) assert.equal(connection.signalingState, "closed");
});

function peer(name, options = {}) {
  const { wire, timers } = world;
  world.media[name] ??= new FakeMedia();
  world.pages += 1;
  wire.ends[name] = new CallPeer({
    offers: name === "ann",
    page: `${name}-${world.pages}`,
    send: (n, data) => wire.send(name, n, data),
    missing: () => wire.replay(name),
    onConnected: () => world.connected.push(name),
    onFailed: () => world.failed.push(name),
    onError: (error) => world.errors.push(error),
    RTC: FakeConnection,
    Stream: FakeStream,
    media: world.media[name],
    timers,
    clock: timers,
    subtle: digests,
    newId: () => `s${(world.sessions += 1)}`,
    ...options,
  });
  return wire.ends[name];
}

async function call({ ann: annOptions = {}, ben: benOptions = {} } = {}) {
  const ann = peer("ann");
  const ben = peer("ben");
  await Promise.all([ann.start(annOptions), ben.start(benOptions)]);
  await world.wire.flow();
  return { ann, ben, open: openLinks() };
}

const openLinks = () => FakeConnection.all.filter((connection) => connection.signalingState !== "closed");

const statuses = (...peers) => peers.map((each) => each.snapshot.status);

test("the other side knows whose words are written down, and until when", async () => {
  const { ann, ben } = await call();
  ann.setCaptions(true);
  await world.wire.flow();
  assert.deepEqual([ann.snapshot.remote.captions, ben.snapshot.remote.captions], [false, true]);
  ann.setCaptions(false);
  await world.wire.flow();
  assert.equal(ben.snapshot.remote.captions, false);
});

test("two pages connect, each once, with sound both ways", async () => {
  const { ann, ben, open } = await call();
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
  assert.deepEqual(world.connected.sort(), ["ann", "ben"]);
  assert.equal(open.length, 2);
  assert.deepEqual(open.map((link) => link.sends()), [{ audio: "audio", video: null }, { audio: "audio", video: null }]);
  assert.equal(ann.snapshot.remoteAudio.getAudioTracks().length, 1);
  assert.deepEqual(ben.snapshot.remote, { microphone: true, camera: false, screen: false, captions: false });
  assert.equal(ben.snapshot.present, true);
});

test("with picture from both, from one, and from none", async () => {
  const { open } = await call({ ann: { camera: true }, ben: { camera: true } });
  assert.deepEqual(open.map((link) => link.sends()), [{ audio: "audio", video: "video" }, { audio: "audio", video: "video" }]);
});

test("only the callee shows a picture", async () => {
  const { ann, open } = await call({ ben: { camera: true } });
  assert.deepEqual(open.map((link) => link.sends().video), [null, "video"]);
  assert.equal(ann.snapshot.remote.camera, true);
});

test("both read the same code, and another one in another call", async () => {
  const { ann, ben } = await call();
  assert.match(ann.snapshot.code, /^\d{4}( \d{4}){4}$/);
  assert.equal(ann.snapshot.code, ben.snapshot.code);
  const first = ann.snapshot.code;
  ann.close();
  ben.close();
  const second = await call();
  assert.notEqual(second.ann.snapshot.code, first);
});

test("a code that is ready only after its connection is gone is not shown", async () => {
  let ready;
  const wait = new Promise((done) => (ready = done));
  const ann = peer("ann", { subtle: { digest: (...data) => wait.then(() => digests.digest(...data)) } });
  await Promise.all([ann, peer("ben")].map((each) => each.start()));
  await world.wire.flow();
  assert.deepEqual(statuses(ann), ["connected"]);
  ann.route(async () => "answer");
  ready();
  await world.wire.flow();
  assert.deepEqual([ann.snapshot.forwarded, ann.snapshot.code], [true, ""]);
});

test("signals that are doubled and turned round do no harm", async () => {
  world.wire.mangle = (batch) => [...batch, ...batch].reverse();
  const { ann, ben } = await call({ ann: { camera: true }, ben: { camera: true } });
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
  assert.equal(world.connected.length, 2);
});

test("lost signals are asked for again", async () => {
  let lost = 0;
  world.wire.mangle = (batch) => batch.filter(({ n }) => !(n === 2 && (lost += 1) <= 2));
  const { ann, ben } = await call();
  for (let i = 0; i < 2; i += 1) {
    await world.timers.pass(1000);
    await world.wire.flow();
  }
  assert.ok(lost >= 2, "the offer, and the answer to it");
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
});

test("who joins late gets what was said before", async () => {
  const ann = peer("ann");
  await ann.start();
  await settle();
  world.wire.queue = []; // nobody was there to hear it
  const ben = peer("ben");
  world.wire.replay("ben");
  await ben.start();
  await world.wire.flow();
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
  assert.equal(FakeConnection.all.length, 2, "the first offer is answered, no second one is needed");
});

test("an offer that comes before the camera has opened is answered with picture all the same", async () => {
  const ann = peer("ann");
  await ann.start({ camera: true });
  await settle();
  const ben = peer("ben");
  let open;
  world.media.ben.hold = new Promise((done) => (open = done));
  const starting = ben.start({ camera: true });
  await world.wire.flow();
  open();
  await starting;
  await world.wire.flow();
  assert.deepEqual(openLinks().map((link) => link.sends()), [{ audio: "audio", video: "video" }, { audio: "audio", video: "video" }]);
  assert.equal(ann.snapshot.remote.camera, true);
});

test("both turn their camera on at the same moment", async () => {
  const { ann, ben, open } = await call();
  await Promise.all([ann.setCamera(true), ben.setCamera(true)]);
  await world.wire.flow();
  assert.deepEqual(open.map((link) => link.sends().video), ["video", "video"]);
  assert.deepEqual(open.map((link) => link.signalingState), ["stable", "stable"]);
  assert.deepEqual([ann.snapshot.remote.camera, ben.snapshot.remote.camera], [true, true]);
});

test("a call with sound gets a picture and loses it again; the camera is let go of", async () => {
  const { ann, ben, open } = await call();
  await ben.setCamera(true);
  await world.wire.flow();
  assert.equal(open[1].sends().video, "video");
  assert.equal(ann.snapshot.remote.camera, true);
  assert.equal(ben.snapshot.ownVideo.getVideoTracks().length, 1);
  await ben.setCamera(false);
  await world.wire.flow();
  assert.equal(open[1].sends().video, null);
  assert.equal(ann.snapshot.remote.camera, false);
  assert.equal(ben.snapshot.ownVideo, null);
  assert.deepEqual([...FakeTrack.live].map((track) => track.kind), ["audio", "audio"]);
});

test("muting silences the track and tells the other side", async () => {
  const { ann, ben } = await call();
  await ann.setMuted(true);
  await world.wire.flow();
  assert.equal(ben.snapshot.remote.microphone, false);
  assert.deepEqual([...FakeTrack.live].map((track) => track.enabled).sort(), [false, true]);
  await ann.setMuted(false);
  await world.wire.flow();
  assert.equal(ben.snapshot.remote.microphone, true);
});

test("the screen takes the place of the camera, and gives it back when the browser ends it", async () => {
  const { ann, ben, open } = await call({ ann: { camera: true } });
  assert.equal(await ann.shareScreen(), true);
  await world.wire.flow();
  assert.equal(open[0].sends().video, "screen");
  assert.deepEqual(ben.snapshot.remote, { microphone: true, camera: true, screen: true, captions: false });
  [...FakeTrack.live].find((track) => track.label === "screen").end();
  await world.wire.flow();
  assert.equal(open[0].sends().video, "video");
  assert.equal(ben.snapshot.remote.screen, false);
});

test("who closes the screen chooser shares nothing and nothing is wrong", async () => {
  const { ann } = await call();
  world.media.ann.errors.display = "NotAllowedError";
  assert.equal(await ann.shareScreen(), false);
  assert.deepEqual(ann.snapshot.problems, {});
});

test("another microphone is used from now on and the first one is let go of", async () => {
  const { ann, open } = await call();
  await ann.useDevice("microphone", "headset");
  await world.wire.flow();
  assert.equal(open[0].sends().audio, "headset");
  assert.equal(FakeTrack.live.size, 2);
});

/** The labels of what is open on the machine of somebody who is alone in a test. */
const live = () => [...FakeTrack.live].map((track) => track.label).sort();

test("a camera that opens only after it was turned off stays off", async () => {
  const { ann, ben, open } = await call({ ann: { camera: true } });
  const [gates, using] = [world.media.ann.gate(), ann.useDevice("camera", "usb")];
  await ann.setCamera(false);
  gates[0]();
  await using;
  await world.wire.flow();
  assert.deepEqual([ann.snapshot.camera, ann.snapshot.ownVideo, ben.snapshot.remote.camera], [false, null, false]);
  assert.equal(open[0].sends().video, null);
  assert.deepEqual(live(), ["audio", "audio"]);
});

test("of two microphones chosen in a row the last one is used, however slow the first one is", async () => {
  const { ann, open } = await call();
  const gates = world.media.ann.gate();
  const using = [ann.useDevice("microphone", "slow"), ann.useDevice("microphone", "fast")];
  await settle();
  for (const go of gates.toReversed()) {
    go();
    await world.wire.flow();
  }
  await Promise.all(using);
  assert.equal(open[0].sends().audio, "fast");
  assert.deepEqual(live(), ["audio", "fast"]);
});

test("a camera asked for while the devices still open is opened once more at most, and let go of when turned off", async () => {
  const ann = peer("ann");
  const gates = world.media.ann.gate();
  const begun = [ann.start({ camera: true }), ann.setCamera(true)];
  await settle();
  for (const go of gates.toReversed()) {
    go();
    await settle();
  }
  await Promise.all(begun);
  assert.deepEqual(live(), ["audio", "video"]);
  await ann.setCamera(false);
  assert.deepEqual(live(), ["audio"]);
});

test("a camera chosen while another one opens is the one that is used", async () => {
  const { ann, ben, open } = await call();
  const gates = world.media.ann.gate();
  const begun = [ann.setCamera(true), ann.useDevice("camera", "usb")];
  await settle();
  for (const go of gates.toReversed()) go();
  await Promise.all(begun);
  await world.wire.flow();
  assert.deepEqual([open[0].sends().video, ben.snapshot.remote.camera], ["usb", true]);
  assert.deepEqual(live(), ["audio", "audio", "usb"]);
});

test("without a microphone one can listen, and says why", async () => {
  world.media.ben = new FakeMedia();
  world.media.ben.errors = { audio: "NotAllowedError", video: "NotFoundError" };
  const { ann, ben, open } = await call({ ben: { camera: true } });
  assert.deepEqual(ben.snapshot.problems, { microphone: "denied", camera: "none" });
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
  assert.deepEqual(open[1].sends(), { audio: null, video: null });
  assert.equal(ann.snapshot.remote.microphone, false);
  world.media.ben.errors = {};
  await ben.setMuted(false);
  await world.wire.flow();
  assert.equal(open[1].sends().audio, "audio");
  assert.deepEqual(ben.snapshot.problems, { camera: "none" });
});

test("a camera that is refused leaves the microphone", async () => {
  world.media.ann = new FakeMedia();
  world.media.ann.errors = { video: "NotReadableError" };
  const { ann, open } = await call({ ann: { camera: true } });
  assert.deepEqual(ann.snapshot.problems, { camera: "taken" });
  assert.equal(open[0].sends().audio, "audio");
});

test("no devices at all where the page is not secure", async () => {
  const ann = peer("ann", { media: undefined });
  await ann.start({ camera: true });
  assert.deepEqual(ann.snapshot.problems, { microphone: "insecure", camera: "insecure" });
});

test("a microphone that is pulled out is replaced by another", async () => {
  const { ann, ben, open } = await call();
  [...FakeTrack.live][0].end();
  await world.wire.flow();
  assert.equal(open[0].sends().audio, "audio");
  assert.deepEqual([ann.snapshot.microphone, ben.snapshot.remote.microphone], [true, true]);
});

test("a lost network is told, ICE starts again, also on both sides at once", async () => {
  const { ann, ben, open } = await call();
  const before = open.map((link) => link.ufrag);
  FakeConnection.blocked = true;
  for (const link of open) link.turn("disconnected");
  assert.deepEqual(statuses(ann, ben), ["reconnecting", "reconnecting"]);
  await world.timers.pass(2000);
  FakeConnection.blocked = false;
  await world.wire.flow();
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
  assert.notDeepEqual(open.map((link) => link.ufrag), before);
  assert.equal(world.connected.length, 2, "connected is told once");
});

test("when there is no way any more it says so once", async () => {
  const { ann, open } = await call();
  FakeConnection.blocked = true;
  for (const link of open) link.turn("failed");
  for (let i = 0; i < 50; i += 1) {
    await world.timers.pass(1000);
    await world.wire.flow();
  }
  assert.equal(ann.snapshot.status, "failed");
  assert.deepEqual(world.failed.sort(), ["ann", "ben"]);
});

for (const name of ["ann", "ben"]) {
  test(`${name}'s page is loaded anew and is back in the call`, async () => {
    const { ann, ben } = await call({ ann: { camera: true }, ben: { camera: true } });
    (name === "ann" ? ann : ben).close();
    const again = peer(name);
    world.wire.replay(name);
    await again.start({ camera: true });
    await world.wire.flow();
    const other = name === "ann" ? ben : ann;
    assert.deepEqual(statuses(again, other), ["connected", "connected"]);
    assert.equal(again.snapshot.code, other.snapshot.code);
    assert.notEqual(again.snapshot.code, "");
    assert.deepEqual(again.snapshot.remote, { microphone: true, camera: true, screen: false, captions: false });
    assert.deepEqual(openLinks().map((link) => link.sends()), [{ audio: "audio", video: "video" }, { audio: "audio", video: "video" }]);
  });
}

test("five reloads in turn", async () => {
  await call();
  for (const name of ["ben", "ann", "ben", "ben", "ann"]) {
    world.wire.ends[name].close();
    const again = peer(name);
    await again.start();
    world.wire.replay(name);
    await world.wire.flow();
  }
  assert.deepEqual(statuses(...Object.values(world.wire.ends)), ["connected", "connected"]);
  assert.equal(openLinks().length, 2);
});

test("what comes after the end is let go of: a late device, a late signal", async () => {
  const ann = peer("ann");
  let open;
  world.media.ann.hold = new Promise((done) => (open = done));
  const starting = ann.start({ camera: true });
  ann.close();
  open();
  await starting;
  ann.receive(1, { p: "ben-1", hello: true });
  await settle();
  assert.equal(FakeTrack.live.size, 0);
  assert.equal(ann.snapshot.status, "closed");
});

test("nonsense from the other side breaks nothing", async () => {
  const { ann, ben } = await call();
  for (const data of [null, 7, "x", {}, { p: 5 }, { p: "ben-2", s: 3, candidate: {} }, { p: "ben-2", state: 7 }]) ann.receive(99, data);
  await world.timers.pass(1000);
  assert.deepEqual(statuses(ann, ben), ["connected", "connected"]);
});

test("speaking is shown and ends", async () => {
  const { ann, open } = await call();
  open[0].sources = [{ audioLevel: 0.3 }];
  await world.timers.pass(250);
  assert.equal(ann.snapshot.speaking, true);
  open[0].sources = [{ audioLevel: 0 }];
  await world.timers.pass(1000);
  assert.equal(ann.snapshot.speaking, false);
});

test("a snapshot is the same object until something changes", async () => {
  const { ann } = await call();
  const before = ann.snapshot;
  await ann.setMuted(false);
  assert.equal(ann.snapshot, before);
  let heard = 0;
  const stop = ann.subscribe(() => (heard += 1));
  await ann.setMuted(true);
  assert.equal(heard, 1);
  stop();
});
