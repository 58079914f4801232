import assert from "node:assert/strict";
import { test } from "node:test";
import { Captions } from "../../../assets/calls/captions.js";

const settle = () => new Promise((done) => setImmediate(done));

function world({ answer = { answer: "sdp" }, refuse = null, fetchIce = async () => [], hears = () => true, timers = globalThis } = {}) {
  const listeners = new Set();
  const tracks = [];
  const peers = [];
  const asked = [];
  const calls = { view: { phase: "talking", call_id: "c", muted: false, microphone: "" }, subscribe: (listener) => listeners.add(listener) };
  class RTC extends EventTarget {
    connectionState = "new";
    iceGatheringState = "complete";
    localDescription = null;
    closed = false;
    constructor() {
      super();
      peers.push(this);
    }
    addTransceiver(track, { direction }) {
      this.sends = { track, direction };
    }
    async setLocalDescription() {
      this.localDescription = { sdp: "offer" };
    }
    async setRemoteDescription(description) {
      this.remote = description;
    }
    turn(state) {
      this.connectionState = state;
      this.dispatchEvent(new Event("connectionstatechange"));
    }
    close() {
      this.closed = true;
    }
  }
  const media = {
    getUserMedia: async () => {
      if (refuse) throw refuse;
      const track = { enabled: true, stopped: false, stop: () => (track.stopped = true) };
      tracks.push(track);
      return { getAudioTracks: () => [track] };
    },
  };
  const captions = new Captions({
    calls, RTC, media, timers, fetchIce,
    open: async (call, sdp) => (asked.push(`open ${call} ${sdp}`), answer),
    close: async (call) => (asked.push(`close ${call}`), hears()),
    tell: (on) => asked.push(on ? "tell" : "tell no more"),
  });
  const become = (news) => {
    calls.view = { ...calls.view, ...news };
    for (const listener of listeners) listener();
  };
  return { captions, tracks, peers, asked, become };
}

test("the own microphone goes to the server, and only that, until it is taken back", async () => {
  const { captions, tracks, peers, asked } = world();
  captions.toggle();
  assert.equal(captions.view.busy, true);
  await settle();
  assert.deepEqual({ ...captions.view }, { on: true, busy: false, words: "" });
  assert.deepEqual(peers[0].sends, { track: tracks[0], direction: "sendonly" });
  assert.deepEqual(peers[0].remote, { type: "answer", sdp: "sdp" });
  captions.toggle();
  assert.deepEqual(asked, ["open c offer", "tell", "close c", "tell no more"]);
  assert.equal(captions.view.on, false);
  assert.ok(tracks[0].stopped && peers[0].closed);
});

test("muted in the call is muted here, and the end of the call ends it", async () => {
  const { captions, tracks, become } = world();
  await captions.start();
  become({ muted: true });
  assert.equal(tracks[0].enabled, false);
  become({ muted: false });
  assert.equal(tracks[0].enabled, true);
  become({ phase: "ended", call_id: "" });
  assert.ok(tracks[0].stopped);
  assert.equal(captions.view.on, false);
});

test("another microphone is used here, too", async () => {
  const { captions, tracks, become } = world();
  await captions.start();
  become({ microphone: "other" });
  await settle();
  assert.deepEqual(tracks.map(({ stopped }) => stopped), [true, false]);
  assert.equal(captions.view.on, true);
});

test("why not is said, and the microphone is let go of", async () => {
  const { captions, tracks } = world({ answer: { problem: "Captions need a model for speech." } });
  await captions.start();
  assert.deepEqual({ ...captions.view }, { on: false, busy: false, words: "Captions need a model for speech." });
  assert.ok(tracks[0].stopped);
  const refused = world({ refuse: new Error("no") });
  await refused.captions.start();
  assert.match(refused.captions.view.words, /did not get through/);
});

test("taken back before it began, nothing is sent", async () => {
  const { captions, tracks, asked } = world();
  captions.toggle();
  captions.toggle();
  await settle();
  assert.ok(tracks[0].stopped);
  assert.deepEqual(asked, ["close c"]);
});

test("taken back while it still asks for the ways, no connection is left open", async () => {
  let give;
  const { captions, tracks, peers, asked } = world({ fetchIce: () => new Promise((done) => (give = () => done([]))) });
  captions.toggle();
  await settle();
  captions.toggle();
  give();
  await settle();
  assert.deepEqual(peers.filter(({ closed }) => !closed), []);
  assert.ok(tracks[0].stopped);
  assert.deepEqual(asked, ["close c"]);
});

test("when the connection breaks for good it is over on both sides, and said; it can begin again", async () => {
  const { captions, tracks, peers, asked } = world();
  await captions.start();
  peers[0].turn("connected");
  peers[0].turn("disconnected");
  assert.equal(captions.view.on, true, "it may come back by itself");
  peers[0].turn("failed");
  assert.deepEqual({ ...captions.view }, { on: false, busy: false, words: "Captions broke off. Turn them on again." });
  assert.ok(tracks[0].stopped && peers[0].closed);
  assert.deepEqual(asked, ["open c offer", "tell", "close c", "tell no more"]);
  await captions.start();
  peers[0].turn("failed");
  assert.equal(captions.view.on, true, "what is over does not end what came after it");
});

test("taken back while the server is not reached, it is told again, unless they are turned on anew", async () => {
  const waiting = [];
  const timers = { setTimeout: (run) => waiting.push(run) };
  const heard = [false, false, true, false];
  const { captions, asked } = world({ hears: () => heard.shift(), timers });
  await captions.start();
  captions.stop();
  for (let tries = 0; tries < 3; tries += 1) {
    await settle();
    waiting.shift()?.();
  }
  assert.equal(asked.filter((each) => each === "close c").length, 3);
  assert.deepEqual([heard.length, waiting.length], [1, 0]);
  await captions.start();
  captions.stop();
  await settle();
  await captions.start();
  waiting.shift()();
  await settle();
  assert.equal(asked.filter((each) => each === "close c").length, 4);
});
