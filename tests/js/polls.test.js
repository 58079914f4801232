import assert from "node:assert/strict";
import { test } from "node:test";
import { summary } from "../../assets/live/rows.js";
import { pollView, voted } from "../../assets/live/polls.js";
import { settle, world } from "./fakes.js";

const [YES, NO] = ["1️⃣", "2️⃣"];
const poll = (more = {}) => ({ question: "Lunch?", answers: ["yes", "no"], closedAt: null, closedBy: null, ...more });
const asked = (reactions, more) => ({ data: { poll: poll(more) }, reactions });
const names = (people) => people.join("+");
const look = (message, options = {}) => pollView(message, { me: "ann", may: true, manages: false, names, ...options });

test("parts, own vote and words", () => {
  const view = look(asked({ [YES]: ["ben", "ann"], [NO]: ["cleo"], "👍": ["dan"] }));
  assert.deepEqual(view.options.map(({ text, count, width, mine, names: who }) => [text, count, width, mine, who]), [
    ["yes", 2, "67%", true, "ben+ann"],
    ["no", 1, "33%", false, "cleo"],
  ]);
  assert.deepEqual([view.words, view.can_vote, view.can_close], ["3 votes", true, false]);
  assert.equal(look(asked({ [YES]: ["ben"] })).words, "1 vote");
  assert.deepEqual(look(asked({})).options.map(({ width, names: who }) => [width, who]), [["0%", "Nobody yet"], ["0%", "Nobody yet"]]);
});

test("a closed one takes no votes and marks the answers with most of them", () => {
  const view = look(asked({ [YES]: ["ben"], [NO]: ["cleo"] }, { closedAt: "2026-01-31T12:00:00.000Z" }), { manages: true });
  assert.deepEqual([view.words, view.can_vote, view.can_close], ["2 votes, closed", false, false]);
  assert.deepEqual(view.options.map(({ first }) => first), [true, true]);
  assert.deepEqual(look(asked({}, { closedAt: "x" })).options.map(({ first }) => first), [false, false]);
});

test("a vote takes the place of the one before; other reactions stay", () => {
  const before = asked({ [YES]: ["ann", "ben"], "👍": ["ann"] });
  assert.deepEqual(voted(before, "ann", NO, true), { [YES]: ["ben"], "👍": ["ann"], [NO]: ["ann"] });
  assert.deepEqual(voted(before, "ann", YES, false), { [YES]: ["ben"], "👍": ["ann"] });
});

test("where several answers may be chosen, the others stay, and people are counted", () => {
  const before = asked({ [YES]: ["ann", "ben"] }, { several: true });
  const after = voted(before, "ann", NO, true);
  assert.deepEqual(after, { [YES]: ["ann", "ben"], [NO]: ["ann"] });
  assert.deepEqual(voted({ ...before, reactions: after }, "ann", YES, false), { [YES]: ["ben"], [NO]: ["ann"] });
  const view = look({ ...before, reactions: after });
  assert.deepEqual(view.options.map(({ width, mine }) => [width, mine]), [["100%", true], ["50%", true]]);
  assert.deepEqual([view.several, view.words], [true, "Several answers, 2 people"]);
  assert.equal(look(asked({}, { several: true })).words, "Several answers, no votes");
});

test("it shows at once, and is again what it was when the server refuses", async () => {
  const calls = [];
  let answer = Promise.withResolvers();
  const call = (method, path) => (calls.push(`${method} ${decodeURIComponent(path)}`), answer.promise);
  const { store, server, time } = await world({ messages: 0, call });
  server.send("r1", "ben", "**Lunch?**", { data: { poll: poll() } });
  server.change("r1", 1, { reactions: { [YES]: ["ann"], "👍": ["ben"] } });
  await time.pass(10);
  const row = () => store.get("messages").at(-1);
  assert.deepEqual(row().reactions.map(({ emoji }) => emoji), ["👍"]);
  assert.equal(row().poll.can_close, false);
  store.hands.vote(row().id, NO);
  assert.deepEqual(row().poll.options.map(({ count, mine }) => [count, mine]), [[0, false], [1, true]]);
  answer.resolve({ ok: false, status: 409, data: { detail: "This poll is closed." } });
  await settle();
  assert.deepEqual(row().poll.options.map(({ mine }) => mine), [true, false]);
  assert.deepEqual(store.get("toasts").map(({ text }) => text), ["This poll is closed."]);
  assert.deepEqual(calls, [`PUT /api/chat/messages/${row().id}/reactions/${NO}`]);

  answer = Promise.withResolvers();
  server.send("r1", "ann", "x", { clientId: "own", data: { poll: poll() } });
  await time.pass(10);
  assert.equal(row().poll.can_close, true);
  store.hands.closePoll(row().id);
  assert.equal(row().poll.closed, true);
  await settle();
  assert.equal(calls.at(-1), `PUT /api/chat/messages/${row().id}/closed`);
  assert.equal(store.hands.edit(row().id), false);
  store.stop();
});

test("in the list and in quotes it is the question", () => {
  assert.equal(summary({ ...asked({}), content: "**Lunch?**\n1️⃣ yes", attachments: [] }), "Poll: Lunch?");
});
