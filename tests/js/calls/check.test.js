import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { DeviceCheck, NO_CHECK, RUNS_FOR } from "../../../assets/calls/check.js";
import { CONNECT_WITHIN } from "../../../assets/calls/paths.js";
import { FakeMedia, FakeStream, FakeTimers, FakeTrack, settle } from "./fakes.js";
import { FakeStorage } from "./server.js";

/** A connection to the server's echo or to its twin on the other side of a relay; the world says what gets through. */
class Connection extends EventTarget {
  connectionState = "new";
  iceGatheringState = "new";
  localDescription = null;
  lanes = [];
  energy = 0;

  constructor(world, configuration) {
    super();
    Object.assign(this, { world, configuration });
    world.connections.push(this);
  }

  addTransceiver(given) {
    const kind = given.kind ?? given;
    this.lanes.push({ sends: given.kind ? given : null, receiver: { track: { kind } } });
  }

  getTransceivers = () => this.lanes;
  createOffer = async () => ({ type: "offer", sdp: "offer" });
  createAnswer = async () => ({ type: "answer", sdp: "answer" });

  async setLocalDescription() {
    this.localDescription = { type: "offer", sdp: `offer of ${this.lanes.map(({ sends }) => sends?.kind ?? "nothing").join(", ")}` };
    if (!this.world.gathers) return;
    this.iceGatheringState = "complete";
    this.dispatchEvent(new Event("icegatheringstatechange"));
  }

  async setRemoteDescription() {
    if (this.world.direct) this.turn("connected");
    if (this.configuration.iceTransportPolicy === "relay" && this.channel && this.world.relay) {
      this.channel.readyState = "open";
      this.channel.dispatchEvent(new Event("open"));
    }
  }

  createDataChannel() {
    this.channel = Object.assign(new EventTarget(), { readyState: "connecting" });
    return this.channel;
  }

  turn(state) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  getStats = async () =>
    new Map([
      ["t", { id: "t", type: "transport", selectedCandidatePairId: "p" }],
      ["p", { id: "p", type: "candidate-pair", currentRoundTripTime: 0.012, localCandidateId: "l" }],
      ["l", { id: "l", type: "local-candidate", candidateType: this.world.relayed ? "relay" : "host" }],
      ["a", { id: "a", type: "inbound-rtp", totalAudioEnergy: this.energy }],
    ]);

  close() {
    this.connectionState = "closed";
  }
}

let world;

beforeEach(() => {
  FakeTrack.live.clear();
  world = {
    connections: [], opened: [], closed: [], tones: [], direct: true, relay: true, relayed: false, gathers: true,
    servers: [{ urls: ["turn:x"] }], refusal: null, media: new FakeMedia(), memory: new FakeStorage(), timers: new FakeTimers(),
  };
  world.check = new DeviceCheck({
    media: world.media,
    RTC: class extends Connection {
      constructor(configuration) {
        super(world, configuration);
      }
    },
    Stream: FakeStream,
    timers: world.timers,
    tones: { test: (speaker) => world.tones.push(speaker) },
    memory: world.memory,
    fetchIce: async () => {
      if (!world.servers) throw new Error("no network");
      return world.servers;
    },
    open: async (sdp) => {
      world.opened.push(sdp);
      return world.refusal ? { problem: world.refusal } : { leg: `leg ${world.opened.length}`, answer: "answer" };
    },
    close: (leg) => world.closed.push(leg),
  });
});

afterEach(async () => {
  world.check.stop();
  await settle();
  assert.equal(FakeTrack.live.size, 0, "every device is let go of");
  assert.equal(world.timers.pending, 0);
  for (const connection of world.connections) assert.equal(connection.connectionState, "closed");
  assert.equal(world.closed.length, world.refusal || !world.servers ? 0 : world.opened.length, "the server is told");
});

const states = () => Object.fromEntries(["microphone", "camera", "speaker", "echo", "direct", "relay"].map((name) => [name, world.check.view[name].state]));
const speak = () => [1, 2, 3].forEach(() => world.check.level(0.6));

test("nothing is opened before it begins", async () => {
  await world.check.look();
  assert.deepEqual(world.check.view, NO_CHECK);
  assert.equal(world.media.asked.length + world.opened.length, 0);
});

test("where everything works, it is said of each thing and of the whole", async () => {
  world.check.start();
  await settle();
  assert.equal(world.opened[0], "offer of audio, video");
  assert.deepEqual(states(), { microphone: "busy", camera: "busy", speaker: "ask", echo: "busy", direct: "ok", relay: "ok" });
  assert.match(world.check.view.direct.text, /12 ms/);
  assert.equal(world.check.view.title, "Trying…");
  speak();
  world.check.seen();
  world.check.play();
  assert.deepEqual([world.tones, world.check.view.played], [[""], true]);
  world.check.heard(true);
  assert.equal(world.check.view.echo.state, "busy", "nothing has come back yet");
  world.connections.find(({ configuration }) => !configuration.iceTransportPolicy).energy = 0.1;
  await world.timers.pass(500);
  assert.deepEqual(new Set(Object.values(states())), new Set(["ok"]));
  assert.deepEqual([world.check.view.title, world.check.view.good], ["Everything works", true]);
  assert.ok(world.check.echo && world.check.sound && world.check.picture);
});

test("silence, darkness and a deaf speaker are told with what to do", async () => {
  world.check.start();
  await world.timers.pass(6000);
  world.check.heard(false);
  assert.deepEqual([states().microphone, states().camera, states().speaker], ["bad", "bad", "bad"]);
  assert.match(world.check.view.microphone.text, /muted/);
  assert.match(world.check.view.camera.text, /covered/);
  assert.match(world.check.view.speaker.text, /volume/);
  assert.equal(world.check.view.title, "3 things do not work");
  speak();
  assert.equal(states().microphone, "ok", "later is not too late");
});

test("without devices the ways are tried all the same", async () => {
  world.media.errors = { audio: "NotAllowedError", video: "NotFoundError" };
  world.check.start();
  await settle();
  assert.deepEqual([states().microphone, states().camera], ["bad", "bad"]);
  assert.match(world.check.view.microphone.text, /Allow it beside the address/);
  assert.match(world.check.view.camera.text, /Plug one in/);
  assert.equal(world.opened[0], "offer of nothing");
  assert.deepEqual([states().echo, states().direct], ["off", "ok"]);
});

test("without a relay it says whom to ask", async () => {
  world.servers = [{ urls: "stun:x" }];
  world.check.start();
  await settle();
  assert.equal(states().relay, "off");
  assert.match(world.check.view.relay.text, /ask whoever runs this server/);
});

test("no way to the server, and no answer from the relay", async () => {
  Object.assign(world, { direct: false, relay: false });
  world.check.start();
  await world.timers.pass(CONNECT_WITHIN);
  assert.deepEqual([states().direct, states().echo, states().relay], ["bad", "bad", "bad"]);
  assert.match(world.check.view.direct.text, /firewall/);
});

test("when only the relay leads there, that is said", async () => {
  world.relayed = true;
  world.check.start();
  await settle();
  assert.equal(states().direct, "bad");
  assert.match(world.check.view.direct.text, /relay carries calls/);
});

test("the server's own words are shown when it refuses", async () => {
  world.refusal = "Too many test calls at once. Try again in a minute.";
  world.check.start();
  await settle();
  assert.equal(world.check.view.direct.text, world.refusal);
  assert.equal(world.check.view.echo.text, world.refusal);
});

test("without the server it says so", async () => {
  world.servers = null;
  world.check.start();
  await settle();
  assert.match(world.check.view.direct.text, /cannot be reached/);
});

test("a test that began again keeps its devices, when those of the first one open late", async () => {
  const gates = world.media.gate();
  world.check.start();
  world.check.use("microphone", "headset");
  await settle();
  for (const go of gates.toReversed()) {
    go();
    await settle();
  }
  const held = [world.check.picture, world.check.sound].flatMap((stream) => stream.getTracks());
  assert.deepEqual(held.map(({ label, readyState }) => `${label} ${readyState}`), ["video live", "headset live"]);
  assert.equal(FakeTrack.live.size, 2);
});

test("candidates that do not end are not waited for", async () => {
  world.gathers = false;
  world.check.start();
  await settle();
  assert.equal(world.opened.length, 0);
  await world.timers.pass(3000);
  assert.equal(world.opened.length, 1);
});

test("it ends by itself, keeps what it found and can begin again", async () => {
  world.gathers = false;
  world.check.start();
  await settle();
  speak();
  await world.timers.pass(RUNS_FOR);
  assert.equal(world.check.view.phase, "over");
  assert.equal(FakeTrack.live.size, 0);
  assert.equal(states().microphone, "ok");
  world.check.start();
  await settle();
  assert.equal(states().microphone, "busy");
});

test("another device is taken at once and kept for calls", async () => {
  world.check.start();
  await settle();
  world.check.use("microphone", "headset");
  await settle();
  assert.equal(world.media.asked.at(-1).audio.deviceId.exact, "headset");
  assert.equal(FakeTrack.live.size, 2);
  assert.match(world.memory.getItem("chatbeside.calls"), /headset/);
  world.check.use("speaker", "loud");
  world.check.play();
  assert.deepEqual([world.tones, world.media.asked.length], [["loud"], 2]);
});

test("whoever stops while devices open leaves none open", async () => {
  let go;
  world.media.hold = new Promise((done) => (go = done));
  world.check.start();
  world.check.stop();
  go();
  await settle();
  assert.equal(FakeTrack.live.size, 0);
  assert.equal(world.opened.length, 0);
});
