import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline } from "../../assets/live/timeline.js";

const message = (seq, rev = seq, more = {}) => ({ _id: `m${seq}`, seq, rev, content: `m${seq}`, ...more });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const seqs = (timeline) => timeline.messages.map((m) => m.seq);

function loaded(count, options) {
  const timeline = new Timeline("r", options);
  timeline.reset({ messages: range(1, count), rev: count, hasMore: false });
  return timeline;
}

test("a change that follows is taken, an old one is not, an early one waits", () => {
  const timeline = loaded(3);
  assert.equal(timeline.receive(message(3)), "known");
  assert.equal(timeline.receive(message(5)), "gap");
  assert.deepEqual(seqs(timeline), [1, 2, 3]);
  assert.equal(timeline.rev, 3);
  assert.equal(timeline.receive(message(4)), "done");
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
  assert.equal(timeline.rev, 5);
});

test("the cursor is not moved by live changes that arrive before the first page", () => {
  const timeline = new Timeline("r");
  assert.equal(timeline.receive(message(4)), "waiting");
  assert.equal(timeline.receive(message(5)), "waiting");
  assert.equal(timeline.rev, 0);
  timeline.reset({ messages: range(1, 3), rev: 3, hasMore: false });
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
  assert.equal(timeline.rev, 5);
});

test("a change to a known message replaces it and keeps the array's other messages", () => {
  const timeline = loaded(3);
  const before = timeline.messages;
  timeline.receive(message(2, 4, { content: "edited" }));
  assert.equal(timeline.messages[1].content, "edited");
  assert.equal(timeline.messages[0], before[0]);
  assert.notEqual(timeline.messages, before);
});

test("an answer fills the gap and early changes follow it", () => {
  const timeline = loaded(2);
  timeline.receive(message(5));
  timeline.resume({ messages: [message(3), message(4)], rev: 4 });
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
  assert.equal(timeline.gap, false);
});

test("an answer by rising rev, with an edited new message, leaves no hole", () => {
  const timeline = loaded(2);
  timeline.resume({ messages: [message(4, 4), message(3, 5, { content: "edited" })], rev: 5 });
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4]);
});

test("an older form never replaces a newer one", () => {
  const timeline = loaded(2);
  timeline.receive(message(1, 3, { content: "new" }));
  timeline.resume({ messages: [message(1, 1)], rev: 3 });
  assert.equal(timeline.messages[0].content, "new");
});

test("at the bottom the oldest rows are cut, elsewhere the newest", () => {
  const bottom = loaded(300);
  bottom.receive(message(301));
  assert.equal(bottom.messages.at(-1).seq, 301);
  assert.ok(bottom.messages.length <= 300 && bottom.messages.length >= 200);
  assert.equal(bottom.hasOlder, true);
  assert.equal(bottom.hasNewer, false);

  const reading = loaded(300);
  reading.atBottom = false;
  reading.receive(message(301));
  assert.deepEqual([reading.messages[0].seq, reading.messages.at(-1).seq], [1, 300]);
  assert.equal(reading.hasNewer, true);
  assert.equal(reading.rev, 301);
});

test("older and newer pages keep the window at 300 without holes", () => {
  const timeline = new Timeline("r");
  timeline.reset({ messages: range(601, 650), rev: 650, hasMore: true });
  for (let first = 601; timeline.hasOlder && first > 1; first = timeline.messages[0].seq) {
    timeline.older({ messages: range(Math.max(1, first - 50), first - 1), hasMore: first - 50 > 1 });
    const now = seqs(timeline);
    assert.ok(now.length <= 300);
    assert.deepEqual(now, Array.from({ length: now.length }, (_, i) => now[0] + i));
  }
  assert.equal(timeline.messages[0].seq, 1);
  assert.equal(timeline.hasNewer, true);
  while (timeline.hasNewer) {
    const last = timeline.messages.at(-1).seq;
    timeline.newer({ messages: range(last + 1, Math.min(650, last + 50)), hasMore: last + 50 < 650 });
  }
  assert.equal(timeline.messages.at(-1).seq, 650);
  assert.equal(timeline.messages.length, 300);
});

test("a page that was read before a change does not bring the old form back", () => {
  const timeline = new Timeline("r");
  timeline.reset({ messages: range(51, 100), rev: 100, hasMore: true });
  const end = timeline.begin();
  assert.equal(timeline.receive(message(40, 101, { content: "edited" })), "done");
  timeline.older({ messages: range(1, 50), hasMore: false });
  end();
  assert.equal(timeline.get("m40").content, "edited");
});

test("a message stored while the last newer page was on its way follows it", () => {
  const timeline = new Timeline("r");
  timeline.reset({ messages: range(1, 10), rev: 12, hasMore: false });
  timeline.lastSeq = 12;
  const end = timeline.begin();
  timeline.receive(message(13));
  timeline.newer({ messages: range(11, 12), hasMore: false });
  end();
  assert.equal(timeline.messages.at(-1).seq, 13);
  assert.equal(timeline.hasNewer, false);
});

test("a fresh newest page does not lose changes applied while it was on its way", () => {
  const timeline = loaded(3);
  const end = timeline.begin();
  timeline.receive(message(4));
  timeline.receive(message(5));
  timeline.reset({ messages: range(1, 4), rev: 4, hasMore: false });
  end();
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
  assert.equal(timeline.rev, 5);
});

test("unread after a place is counted only when all of it is shown", () => {
  const timeline = new Timeline("r");
  timeline.reset({ messages: range(51, 100), rev: 100, hasMore: true });
  const odd = (m) => m.seq % 2 === 1;
  assert.equal(timeline.countAfter(90, odd), 5);
  assert.equal(timeline.countAfter(50, odd), 25);
  assert.equal(timeline.countAfter(49, odd), undefined);
  timeline.receive(message(103));
  assert.equal(timeline.countAfter(90, odd), undefined, "a gap hides something");
});
