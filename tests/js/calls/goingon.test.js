import assert from "node:assert/strict";
import { test } from "node:test";

import { backTo } from "../../../assets/calls/goingon.js";

const ben = (phase) => ({ phase, name: "ben" });

test("the pages beside the chat say which call goes on", () => {
  assert.equal(backTo(ben("talking"), null), "You are in a call with ben");
  assert.equal(backTo(ben("outgoing"), null), "You are in a call with ben");
  assert.equal(backTo(ben("incoming"), null), "ben is calling");
  assert.equal(backTo(ben(""), { title: "Garden" }), "You are in the call in Garden");
  assert.equal(backTo(ben(""), { title: "" }), "You are in the call in the room");
});

test("without a call they say nothing", () => {
  for (const phase of ["", "preview", "ended"]) assert.equal(backTo(ben(phase), null), "");
});
