import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, complete, emojiOptions, namesFor } from "../../assets/live/completing.js";
import { findEmoji, grouped, quick, spelling, tableOf, used } from "../../assets/live/emoji.js";
import { user } from "./fakes.js";

const at = (text) => {
  const caret = text.indexOf("|");
  return asked(text.replace("|", ""), caret);
};

test("a name is asked for after an @ that stands by itself", () => {
  assert.deepEqual(at("hi @be|"), { kind: "name", query: "be", from: 3, to: 6 });
  assert.deepEqual(at("@|"), { kind: "name", query: "", from: 0, to: 1 });
  assert.deepEqual(at("(@ann|)"), { kind: "name", query: "ann", from: 1, to: 5 });
  assert.deepEqual(at("@jörg|"), { kind: "name", query: "jörg", from: 0, to: 5 });
  for (const text of ["ann@ex|", "/@an|", "@be |", "x|", "`@be|", "```\n@be|", "one `a` two `@be|"]) assert.equal(at(text), null, text);
  assert.equal(at("`code` @be|").query, "be");
  assert.equal(at("```\ncode\n```\n@be|").query, "be");
});

test("an emoji is asked for after a colon and two letters, and not within times and addresses", () => {
  assert.deepEqual(at("nice :ta|"), { kind: "emoji", query: "ta", from: 5, to: 8 });
  assert.equal(at(":+1|").query, "+1");
  for (const text of ["a:ta|", "10:30|", ":t|", "::ta|", "http://x|", ": ta|"]) assert.equal(at(text), null, text);
});

const people = [user("ann"), user("ben"), user("bea", { displayName: "Beatrix Stone" }), user("zoe", { displayName: "Zoë Bell" }), user("abe")];

test("names: beginnings first, then later words; who spoke last before the others; never oneself", () => {
  const names = (query, more) => namesFor(query, { people, me: "ann", ...more }).map((option) => option.id);
  assert.deepEqual(names("be"), ["bea", "ben", "zoe"]);
  assert.deepEqual(names("be", { recent: ["ben", "zoe"] }), ["ben", "bea", "zoe"]);
  assert.deepEqual(names("zoe"), ["zoe"], "an accent need not be typed");
  assert.deepEqual(names("stone"), ["bea"]);
  assert.deepEqual(names("ann"), []);
  assert.equal(namesFor("ben", { people })[0].insert, "@ben ");
});

test("everybody is offered only to those who may call them", () => {
  const ids = (query, everybody) => namesFor(query, { people: [user("rob"), user("ben")], everybody }).map((option) => option.id);
  assert.deepEqual(ids("ro", true), ["room", "rob"]);
  assert.deepEqual(ids("ro", false), ["rob"]);
  assert.deepEqual(ids("", true), ["ben", "rob", "room"]);
});

test("what is taken replaces what was typed, with one space after it", () => {
  assert.deepEqual(complete("hi @be", { from: 3, to: 6 }, "@ben "), { text: "hi @ben ", caret: 8 });
  assert.deepEqual(complete("hi @be now", { from: 3, to: 6 }, "@ben "), { text: "hi @ben now", caret: 8 });
  assert.deepEqual(complete(":ta!", { from: 0, to: 3 }, "🎉"), { text: "🎉!", caret: 2 });
});

const COMPACT = [
  { unicode: "🇦", hexcode: "1F1E6", label: "regional indicator A" },
  { unicode: "🎉", hexcode: "1F389", label: "party popper", group: 6, order: 30, tags: ["celebrate", "hooray"] },
  { unicode: "👍️", hexcode: "1F44D", label: "thumbs up", group: 1, order: 20, tags: ["yes"] },
  { unicode: "😀", hexcode: "1F600", label: "grinning face", group: 0, order: 1, tags: ["happy"] },
  { unicode: "❤️", hexcode: "2764", label: "red heart", group: 0, order: 10, tags: ["love"] },
  { unicode: "🥳", hexcode: "1F973", label: "partying face", group: 0, order: 5, tags: ["party"] },
  { unicode: "🏻", hexcode: "1F3FB", label: "light skin tone", group: 2, order: 2 },
];
const CODES = { "1F389": "tada", "1F44D": ["+1", "thumbsup"], "2764": "heart" };

test("the emoji table: in order, without parts that are no emoji, with one spelling each", () => {
  const table = tableOf(COMPACT, CODES);
  assert.deepEqual(table.map((entry) => entry.emoji), ["😀", "🥳", "❤️", "👍", "🎉"]);
  assert.deepEqual(table.map((entry) => entry.code), ["grinning_face", "partying_face", "heart", "+1", "tada"]);
  assert.deepEqual(grouped(table).map((group) => [group.title, group.list.length]), [["Smileys", 3], ["People", 1], ["Activities", 1]]);
  assert.equal(spelling("👍️"), "👍");
  assert.equal(spelling("❤️"), "❤️");
});

test("emoji are found by short name, name and words; what is used comes first among equals", () => {
  const table = tableOf(COMPACT, CODES);
  const found = (query, first) => findEmoji(table, query, { first }).map((entry) => entry.emoji);
  assert.deepEqual(found("tada"), ["🎉"]);
  assert.deepEqual(found("thumbsup"), ["👍"]);
  assert.deepEqual(found("party"), ["🥳", "🎉"]);
  assert.deepEqual(found("hoo"), ["🎉"]);
  assert.deepEqual(found("red he"), ["❤️"]);
  assert.deepEqual(found("  "), []);
  assert.deepEqual(found("h"), ["❤️", "😀", "🎉"]);
  assert.deepEqual(found("h", ["🎉"]), ["❤️", "🎉", "😀"]);
  assert.deepEqual(emojiOptions(findEmoji(table, "tada"))[0], { id: "🎉", insert: "🎉 ", name: "party popper", note: ":tada:", bot: false, sign: "🎉" });
});

test("the quick row is what was used last, filled up with the usual ones", () => {
  assert.equal(quick([]).length, 6);
  assert.deepEqual(quick(["🥳", "👍"]).slice(0, 3), ["🥳", "👍", "❤️"]);
  assert.deepEqual(used(["a", "b", "c"], "b"), ["b", "a", "c"]);
  assert.equal(used(Array.from({ length: 30 }, (_, i) => `${i}`), "x").length, 18);
});
