import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Sounds } from "../../../assets/calls/sounds.js";

let body;
let refusal;
let blocked;
let sounds;

class FakeAudio {
  attributes = {};
  dataset = {};
  srcObject = null;
  played = 0;
  sinks = [];
  setAttribute(key, value) {
    this.attributes[key] = value;
  }
  async play() {
    this.played += 1;
    if (refusal) throw Object.assign(new Error(), { name: refusal });
  }
  async setSinkId(id) {
    this.sinks.push(id);
  }
  remove() {
    body.splice(body.indexOf(this), 1);
  }
}

beforeEach(() => {
  body = [];
  refusal = "";
  blocked = 0;
  const document = { createElement: () => new FakeAudio(), body: { append: (element) => body.push(element) } };
  sounds = new Sounds({ document, mark: { "data-x": "voice" }, blocked: () => (blocked += 1) });
});

test("each stream has an element, begun once however often it is said", () => {
  const ben = {};
  const cleo = {};
  sounds.play([["ben", ben]]);
  sounds.play([["ben", ben], ["cleo", cleo]]);
  assert.deepEqual(body.map(({ dataset, srcObject, played }) => [dataset.user, srcObject === ben, played]), [["ben", true, 1], ["cleo", false, 1]]);
  assert.equal(body[0].attributes["data-x"], "voice");
  assert.equal(body[0].autoplay, true);
});

test("who left is silent and gone", () => {
  sounds.play([["ben", {}], ["cleo", {}]]);
  const [ben] = body;
  sounds.play([["cleo", body[1].srcObject]]);
  assert.deepEqual(body.map(({ dataset }) => dataset.user), ["cleo"]);
  assert.equal(ben.srcObject, null);
  sounds.play([]);
  assert.deepEqual(body, []);
});

test("a new stream of somebody takes the place of the old one", () => {
  const now = {};
  sounds.play([["ben", {}]]);
  sounds.play([["ben", now]]);
  assert.equal(body.length, 1);
  assert.equal(body[0].srcObject, now);
  assert.equal(body[0].played, 2);
});

test("another speaker is used from then on, by all", () => {
  const ben = {};
  sounds.play([["ben", ben]]);
  sounds.play([["ben", ben]], "loud");
  sounds.play([["ben", ben], ["cleo", {}]], "loud");
  assert.deepEqual(body.map(({ sinks }) => sinks), [["loud"], ["loud"]]);
});

test("only a browser that waits for a click is said to hold sound back", async () => {
  refusal = "AbortError";
  sounds.play([["ben", {}]]);
  await null;
  assert.equal(blocked, 0);
  refusal = "NotAllowedError";
  sounds.play([["cleo", {}]]);
  await null;
  await null;
  assert.equal(blocked, 1);
});
