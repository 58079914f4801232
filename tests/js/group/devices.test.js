import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Choices } from "../../../assets/calls/choices.js";
import { GroupSession } from "../../../assets/group/session.js";
import { FakeMedia, FakeStream, FakeTimers, FakeTrack, settle } from "../calls/fakes.js";

/** A connection to the server, as far as the own devices are concerned. */
class Connection extends EventTarget {
  static last = null;
  iceGatheringState = "complete";
  connectionState = "new";
  lanes = [];
  constructor() {
    super();
    Connection.last = this;
  }
  addTransceiver(kind) {
    const sender = { track: null, replaceTrack: async (track) => void (sender.track = track), getParameters: () => ({}) };
    const lane = { mid: String(this.lanes.length), sender, receiver: { track: { kind } }, setCodecPreferences: () => {} };
    this.lanes.push(lane);
    return lane;
  }
  getTransceivers = () => this.lanes;
  createOffer = async () => ({ sdp: "offer" });
  setLocalDescription = async (description) => void (this.localDescription = description);
  setRemoteDescription = async () => {};
  getStats = async () => new Map();
  close() {}
}

let media;
let told;
let session;
let refusals;

beforeEach(() => {
  refusals = [];
  FakeTrack.live.clear();
  media = new FakeMedia();
  told = [];
});

afterEach(() => {
  session.close();
  assert.equal(FakeTrack.live.size, 0, "every device is let go of");
});

/** Ann in the call of a room. */
async function enter({ camera = false, muted = false } = {}) {
  const timers = new FakeTimers();
  session = new GroupSession({
    call: { _id: "c", room: "garden", startedAt: "2026-01-01T00:00:00Z", seats: [{ user: "ann", device: "ann-1" }, { user: "ben", device: "ben-1" }] },
    me: "ann",
    people: { name: (id) => id, picture: () => "" },
    device: "ann-1",
    request: async (event, data) => {
      if (event === "group show") told.push(data);
      if (event === "group show" && refusals.length) return { error: refusals.shift() };
      return event === "group offer" ? { answer: "answer", tracks: [], missing: {} } : {};
    },
    fetchIce: async () => [],
    media,
    choices: new Choices({ media, changed: () => {} }),
    RTC: Connection,
    Stream: FakeStream,
    timers,
    clock: timers,
    newId: () => "s1",
    changed: () => {},
    over: assert.fail,
  });
  await session.start({ camera, muted });
  await settle();
}

const sent = () => Connection.last.lanes.slice(0, 2).map(({ sender }) => sender.track?.label ?? null);
const live = () => [...FakeTrack.live].map((track) => track.label).sort();

test("a camera that opens only after it was turned off stays off, here and on the server", async () => {
  await enter({ camera: true });
  const [gates, using] = [media.gate(), session.useDevice("camera", "usb")];
  await session.toggleCamera();
  gates[0]();
  await using;
  assert.deepEqual([session.view.camera, session.ownVideo, told.at(-1).camera], [false, null, false]);
  assert.deepEqual([sent(), live()], [["audio", null], ["audio"]]);
  await session.toggleMute();
  assert.deepEqual([told.at(-1).camera, told.at(-1).muted], [false, true]);
});

test("of two microphones chosen in a row the last one is used, however slow the first one is", async () => {
  await enter();
  const gates = media.gate();
  const using = [session.useDevice("microphone", "slow"), session.useDevice("microphone", "fast")];
  await settle();
  for (const go of gates.toReversed()) {
    go();
    await settle();
  }
  await Promise.all(using);
  assert.deepEqual([sent(), live()], [["fast", null], ["fast"]]);
});

test("what the server was told while the camera opened agrees with the picture in the end", async () => {
  await enter();
  const gates = media.gate();
  const turning = session.toggleCamera();
  await settle();
  await session.toggleMute();
  gates[0]();
  await turning;
  assert.deepEqual([session.view.camera, told.at(-1).camera, told.at(-1).muted], [true, true, true]);
  assert.deepEqual(sent(), ["audio", "video"]);
});

test("a camera asked for twice and answered in the other order is shown, and the server knows", async () => {
  await enter();
  const gates = media.gate();
  const turning = [session.toggleCamera(), session.toggleCamera()];
  await settle();
  for (const go of gates.toReversed()) {
    go();
    await settle();
  }
  await Promise.all(turning);
  assert.deepEqual([session.view.camera, told.at(-1).camera], [true, true]);
  assert.deepEqual(live(), ["audio", "video"]);
});

test("a camera that does not open gives its place back", async () => {
  media.errors.video = "NotAllowedError";
  await enter({ camera: true });
  assert.equal(told.at(-1).camera, false);
  await session.toggleCamera();
  assert.deepEqual(told.slice(-2).map(({ camera }) => camera), [true, false]);
  assert.match(session.view.words, /may not use your camera/);
});

test("a microphone that is found only later is told to the others", async () => {
  media.errors.audio = "NotFoundError";
  await enter();
  assert.equal(told.at(-1).muted, true);
  media.errors = {};
  await session.useDevice("microphone", "headset");
  assert.deepEqual([told.at(-1).muted, session.view.muted], [false, false]);
  assert.deepEqual(sent(), ["headset", null]);
});

test("a mute for whose picture there is no place any more ends the picture, and not the call", async () => {
  await enter({ camera: true });
  refusals.push({ code: "conflict", message: "6 people show their picture already." });
  await session.toggleMute();
  await settle();
  assert.deepEqual([session.view.camera, session.view.words, session.view.muted], [false, "6 people show their picture already.", true]);
  assert.deepEqual([told.at(-1).camera, told.at(-1).muted], [false, true]);
  assert.deepEqual([sent(), live()], [["audio", null], ["audio"]]);
});

test("who came without a microphone asks for it with one press", async () => {
  media.errors.audio = "NotFoundError";
  await enter();
  assert.equal(session.view.muted, true);
  delete media.errors.audio;
  await session.toggleMute();
  await settle();
  assert.deepEqual([session.view.muted, told.at(-1).muted, sent()], [false, false, ["audio", null]]);
});
