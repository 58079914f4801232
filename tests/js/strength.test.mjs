import assert from "node:assert/strict";
import { test } from "node:test";
import { WORDS, strength } from "../../assets/ui/strength.js";

const own = ["ann", "ann@example.org"];

test("what everybody uses is too easy", () => {
  for (const password of ["", "12345678", "password1", "qwertyuiop12", "aaaaaaaaaaaa"]) {
    assert.equal(strength(password, own), 0, password);
  }
});

test("own words add next to nothing", () => {
  assert.equal(strength("ann12345", own), 0);
  assert.ok(strength("margarethe", ["margarethe"]) < strength("margarethe", []));
});

test("several words or many random characters are strong", () => {
  for (const password of ["correct horse battery staple", "violin-lantern-42", "x9$Kq2!vLm8#"]) {
    assert.ok(strength(password, own) >= 3, password);
  }
});

test("more never makes it weaker, and every score has words", () => {
  let before = 0;
  for (const password of ["lan", "lantern", "lantern-v", "lantern-violin", "lantern-violin-42-gate"]) {
    const now = strength(password, own);
    assert.ok(now >= before, password);
    before = now;
  }
  assert.equal(WORDS.length, 5);
});
