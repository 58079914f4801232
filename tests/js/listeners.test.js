import assert from "node:assert/strict";
import { test } from "node:test";
import { Listeners } from "../../assets/live/listeners.js";

test("who comes late hears what was kept, once and in order", () => {
  const listeners = new Listeners();
  const heard = [];
  listeners.hold();
  listeners.tell("ready", 1);
  listeners.tell("call", 2);
  const end = listeners.add((name, data) => heard.push([name, data]));
  assert.deepEqual(heard, []);
  listeners.release();
  listeners.tell("call", 3);
  listeners.release();
  assert.deepEqual(heard, [["ready", 1], ["call", 2], ["call", 3]]);
  end();
  listeners.tell("call", 4);
  assert.equal(heard.length, 3);
});

test("what is kept has an end: with nobody there, nothing grows", () => {
  const listeners = new Listeners();
  listeners.hold();
  for (let i = 0; i < 2000; i += 1) listeners.tell("call", i);
  const heard = [];
  listeners.add((name, data) => heard.push(data));
  listeners.tell("call", 2000);
  listeners.release();
  assert.deepEqual(heard, [2000]);
});
