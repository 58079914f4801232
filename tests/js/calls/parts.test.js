import assert from "node:assert/strict";
import { test } from "node:test";

import { fingerprints, securityCode } from "../../../assets/calls/code.js";
import { helpFor, listDevices, openDevices, problemOf } from "../../../assets/calls/devices.js";
import { Inbox } from "../../../assets/calls/inbox.js";
import { quality, readStats } from "../../../assets/calls/stats.js";
import { FakeMedia, FakeTimers, named } from "./fakes.js";

function inbox() {
  const timers = new FakeTimers();
  const taken = [];
  const box = { timers, taken, missing: 0 };
  box.inbox = new Inbox({ take: (data) => taken.push(data.v), missing: () => (box.missing += 1), timers });
  return box;
}

test("any order of arrival comes out in the order of sending, each once", () => {
  for (let seed = 1; seed < 200; seed += 1) {
    const { inbox: box, taken } = inbox();
    const arrivals = [1, 2, 3, 4, 5, 1, 3, 5].map((n, i) => [Math.sin(seed * (i + 7) * 131), n]).sort((a, b) => a[0] - b[0]);
    for (const [, n] of arrivals) box.receive(n, { p: "a", v: n });
    assert.deepEqual(taken, [1, 2, 3, 4, 5]);
  }
});

test("a gap is told after a second, and a replay fills it", async () => {
  const box = inbox();
  box.inbox.receive(2, { p: "a", v: 2 });
  await box.timers.pass(999);
  assert.equal(box.missing, 0);
  await box.timers.pass(1);
  assert.equal(box.missing, 1);
  box.inbox.replay([1, 2].map((n) => ({ n, data: { p: "a", v: n } })));
  assert.deepEqual(box.taken, [1, 2]);
  assert.equal(box.timers.pending, 0);
});

test("a new page begins anew and the old one is dead", () => {
  const box = inbox();
  box.inbox.receive(1, { p: "a", v: "a1" });
  box.inbox.receive(1, { p: "b", v: "b1" });
  box.inbox.receive(2, { p: "a", v: "a2" });
  box.inbox.receive(2, { p: "b", v: "b2" });
  assert.deepEqual(box.taken, ["a1", "b1", "b2"]);
});

test("a replay that was cut at its beginning starts where it starts", () => {
  const box = inbox();
  box.inbox.replay([7, 8, 10].map((n) => ({ n, data: { p: "a", v: n } })));
  box.inbox.receive(11, { p: "a", v: 11 });
  assert.deepEqual(box.taken, [7, 8, 10, 11]);
});

test("what is held is bounded", () => {
  const box = inbox();
  for (let n = 2; n < 5000; n += 1) box.inbox.receive(n, { p: "a", v: n });
  box.inbox.receive(1, { p: "a", v: 1 });
  assert.ok(box.taken.length <= 201);
  box.inbox.stop();
  assert.equal(box.timers.pending, 0);
});

test("the code is the same from both ends and changes with either certificate", async () => {
  const sdp = (value) => `v=0\r\na=fingerprint:sha-256 ${value}\r\nm=audio\r\na=fingerprint:sha-256 ${value}\r\n`;
  assert.deepEqual(fingerprints(sdp("aa:BB")), ["sha-256 AA:BB"]);
  const code = await securityCode(sdp("AA:01"), sdp("BB:02"));
  assert.equal(await securityCode(sdp("BB:02"), sdp("aa:01")), code);
  assert.notEqual(await securityCode(sdp("AA:01"), sdp("BB:03")), code);
  assert.notEqual(await securityCode(sdp("AA:02"), sdp("BB:02")), code);
  assert.equal(await securityCode("v=0", sdp("AA")), "");
});

test("quality falls with loss, delay and silence", () => {
  const reading = (change) => ({ received: 1000, lost: 0, jitter: 0.01, roundTrip: 0.03, remoteLoss: 0, ...change });
  const before = reading({ received: 900 });
  assert.equal(quality(before, reading({})), 4);
  assert.equal(quality(before, reading({ lost: 4 })), 3);
  assert.equal(quality(before, reading({ roundTrip: 0.5 })), 2);
  assert.equal(quality(before, reading({ lost: 50 })), 1);
  assert.equal(quality(before, reading({ remoteLoss: 0.1 })), 2);
  assert.equal(quality(before, reading({ received: 900 })), 0);
  assert.equal(quality(null, reading({})), 4);
});

test("statistics are read from the selected pair", () => {
  const report = new Map(
    [
      { id: "in", type: "inbound-rtp", packetsReceived: 10, packetsLost: 1, jitter: 0.02, framesDecoded: 5, totalAudioEnergy: 0.5 },
      { id: "t", type: "transport", selectedCandidatePairId: "p2", bytesSent: 7 },
      { id: "p1", type: "candidate-pair", currentRoundTripTime: 9 },
      { id: "p2", type: "candidate-pair", currentRoundTripTime: 0.1, localCandidateId: "l", remoteCandidateId: "r" },
      { id: "l", type: "local-candidate", candidateType: "relay" },
      { id: "r", type: "remote-candidate", candidateType: "host" },
    ].map((entry) => [entry.id, entry]),
  );
  const reading = readStats(report);
  assert.deepEqual([reading.received, reading.lost, reading.roundTrip, reading.relayed, reading.bytesSent], [10, 1, 0.1, true, 7]);
  assert.deepEqual([reading.framesDecoded, reading.audioEnergy], [5, 0.5]);
});

test("a chosen device that is gone is replaced by any other", async () => {
  const media = new FakeMedia();
  media.getUserMedia = async (constraints) => {
    if (constraints.audio.deviceId) throw named("OverconstrainedError");
    return FakeMedia.prototype.getUserMedia.call(media, constraints);
  };
  const found = await openDevices(media, { microphone: true, microphoneId: "old" });
  assert.equal(found.microphone.kind, "audio");
  assert.deepEqual(found.problems, {});
});

test("every problem has its words", () => {
  const codes = ["NotAllowedError", "NotFoundError", "NotReadableError", "InsecureContext", "TypeError"].map((name) => problemOf({ name }));
  assert.deepEqual(codes, ["denied", "none", "taken", "insecure", "broken"]);
  const words = [...codes, "lost"].flatMap((code) => ["microphone", "camera"].map((device) => helpFor(device, code)));
  assert.equal(new Set(words).size, words.length);
});

test("devices without a name get one", async () => {
  const enumerateDevices = async () => [
    { kind: "audioinput", deviceId: "m", label: "Desk" },
    { kind: "videoinput", deviceId: "v", label: "" },
    { kind: "videoinput", deviceId: "", label: "" },
  ];
  assert.deepEqual(await listDevices({ enumerateDevices }), {
    microphones: [{ id: "m", name: "Desk" }], cameras: [{ id: "v", name: "Camera 1" }], speakers: [],
  });
  assert.deepEqual(await listDevices(undefined), { microphones: [], cameras: [], speakers: [] });
});
