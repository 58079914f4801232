import assert from "node:assert/strict";
import { test } from "node:test";

import { Ears } from "../../../assets/group/ears.js";

const carried = new Map([
  ["2", { user: "ben", kind: "audio" }],
  ["3", { user: "ben", kind: "video" }],
  ["4", { user: "cleo", kind: "audio" }],
]);
const lane = (mid, audioLevel, timestamp) => ({ mid, receiver: { getSynchronizationSources: () => [{ audioLevel, timestamp }] } });
const inbound = (mid, packetsReceived, packetsLost = 0, jitter = 0.01) => ({ type: "inbound-rtp", mid, packetsReceived, packetsLost, jitter });
const report = (...entries) => new Map(entries.map((entry, i) => [String(i), entry]));

test("who is loud speaks, and for a moment after", () => {
  const ears = new Ears(0);
  ears.listen([lane("2", 0.3, 1000), lane("4", 0.001, 1000), lane("3", 0.9, 1000), lane("9", 0.9, 1000)], carried, 1000);
  assert.equal(ears.speaks("ben", 1000), true);
  assert.equal(ears.speaks("ben", 1699), true);
  assert.equal(ears.speaks("ben", 1700), false);
  assert.equal(ears.speaks("cleo", 1000), false, "that was a whisper of noise");
});

test("what was loud long ago is not heard now", () => {
  const ears = new Ears(0);
  ears.listen([lane("2", 0.3, 1000)], carried, 2000);
  assert.equal(ears.speaks("ben", 2000), false);
});

test("lanes without sources are silent", () => {
  const ears = new Ears(0);
  ears.listen([{ mid: "2", receiver: {} }], carried, 10);
  assert.equal(ears.speaks("ben", 10), false);
});

test("a reading is due every two seconds, once", () => {
  const ears = new Ears(500);
  assert.equal(ears.due(2499), false);
  assert.equal(ears.due(2500), true);
  assert.equal(ears.due(2501), false);
  assert.equal(ears.due(4500), true);
});

test("bars follow loss, over sound and picture of one person together", () => {
  const ears = new Ears(0);
  assert.equal(ears.bars("ben"), 4, "nothing is known yet");
  ears.measure(report(inbound("2", 100), inbound("3", 100), inbound("4", 100)), carried);
  ears.measure(report(inbound("2", 200), inbound("3", 200, 100), inbound("4", 200)), carried);
  assert.equal(ears.bars("ben"), 1);
  assert.equal(ears.bars("cleo"), 4);
});

test("who is silent keeps their bars", () => {
  const ears = new Ears(0);
  ears.measure(report(inbound("2", 100)), carried);
  ears.measure(report(inbound("2", 110, 90)), carried);
  assert.equal(ears.bars("ben"), 4);
});

test("other entries and other people's lanes are passed over", () => {
  const ears = new Ears(0);
  const strange = [{ type: "outbound-rtp", mid: "2", packetsLost: 50 }, inbound("9", 100)];
  ears.measure(report(...strange), carried);
  ears.measure(report(...strange), carried);
  assert.equal(ears.bars("ben"), 4);
});
