import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { GroupHub } from "../../../assets/group/hub.js";
import { settle } from "../calls/fakes.js";

const seat = (user, device = `${user}-1`) => ({ user, device, muted: false, camera: false, screen: false });
const call = (version, users, more = {}) => ({
  _id: "c1", room: "garden", state: "active", reason: null, version, startedAt: "2026-01-01T00:00:00Z", seatsMost: 12, seats: users.map((user) => seat(user)), ...more,
});

class FakeSession {
  static all = [];
  log = [];
  view = { camera: false, muted: false, small: false };
  constructor(options) {
    Object.assign(this, options);
    FakeSession.all.push(this);
  }
  start(wanted) {
    this.log.push(["start", wanted]);
  }
  take(now) {
    this.call = now;
  }
  media(news) {
    this.log.push(["media", news]);
  }
  online() {
    this.log.push(["online"]);
  }
  setSmall(small) {
    this.log.push(["small", small]);
  }
  close() {
    this.log.push(["close"]);
  }
}

class Memory {
  values = new Map();
  getItem = (key) => this.values.get(key) ?? null;
  setItem = (key, value) => this.values.set(key, value);
  removeItem = (key) => this.values.delete(key);
}

let asked;
let answers;
let kept;
let busy;
let load;

function hub() {
  return new GroupHub({
    request: async (event, data) => {
      asked.push([event, data]);
      const answer = answers[event];
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(data) : answer;
    },
    me: () => "ann",
    people: { name: (id) => id },
    device: "ann-1",
    load: () => load(),
    make: {},
    kept,
    busy: () => busy,
    names: (names) => names.join(", "),
  });
}

beforeEach(() => {
  FakeSession.all = [];
  asked = [];
  busy = false;
  load = async () => ({ GroupSession: FakeSession });
  kept = new Memory();
  answers = { "group join": { call: call(2, ["ben", "ann"]), words: "" }, "group leave": {} };
});

test("a call of a room is seen, newest form only, until it is over", () => {
  const page = hub();
  page.hear("ready", { groupCalls: [call(3, ["ben", "cleo"])] });
  const view = page.view("garden");
  assert.deepEqual([view.count, view.names, view.mine], [2, "ben, cleo", false]);
  page.hear("group call", call(2, ["ben"]));
  assert.equal(page.view("garden"), view, "older than what is known, and the very same object");
  page.hear("group call", call(4, [], { state: "ended", reason: "left" }));
  assert.equal(page.view("garden").count, 0);
  assert.equal(page.notice, null, "who is not in it is told nothing");
});

test("joining begins a session and leaving ends it", async () => {
  const page = hub();
  await page.join({ room: "garden", kind: "video", title: "Garden" });
  const [session] = FakeSession.all;
  assert.equal(page.session, session);
  assert.deepEqual(asked[0], ["group join", { room: "garden", kind: "video", camera: true, muted: false, device: "ann-1" }]);
  assert.deepEqual(session.log[0], ["start", { camera: false, muted: false, small: false }], "no seat for a picture, no camera");
  assert.equal(page.view("garden").mine, true);
  page.hear("group media", { call: "c1" });
  assert.deepEqual(session.log.at(-1), ["media", { call: "c1" }]);
  page.leave();
  assert.deepEqual(asked.at(-1), ["group leave", { call: "c1", device: "ann-1" }]);
  assert.deepEqual(session.log.at(-1), ["close"]);
  assert.deepEqual([page.session, kept.values.size], [null, 0]);
});

test("what cannot be is said", async () => {
  const page = hub();
  answers["group join"] = { error: { code: "full", message: "12 people are in this call already." } };
  await page.join({ room: "garden" });
  assert.equal(page.notice.line, "12 people are in this call already.");
  answers["group join"] = new Error("no answer");
  await page.join({ room: "garden" });
  assert.match(page.notice.line, /cannot be reached/);
  busy = true;
  await page.join({ room: "garden" });
  assert.match(page.notice.title, /in a call already/);
  assert.equal(page.session, null);
  page.dismiss();
  assert.equal(page.notice, null);
});

test("no seat is taken while what a call needs cannot be fetched, and the next press fetches it again", async () => {
  const page = hub();
  load = async () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));
  await page.join({ room: "garden" });
  assert.deepEqual([asked, page.session, page.view("garden").busy], [[], null, false]);
  assert.match(page.notice.line, /part of the page could not be fetched/);
  load = async () => ({ GroupSession: FakeSession });
  await page.join({ room: "garden" });
  assert.deepEqual(asked.map(([event]) => event), ["group join"]);
  assert.deepEqual([page.session, page.notice], [FakeSession.all[0], null]);
});

test("who goes away while it is fetched takes no seat", async () => {
  const page = hub();
  let fetched;
  load = () => new Promise((done) => (fetched = done));
  const joining = page.join({ room: "garden" });
  page.leave();
  fetched({ GroupSession: FakeSession });
  await joining;
  assert.deepEqual([asked, page.session], [[], null]);
});

test("the end is told with its reason", async () => {
  for (const [reason, words] of [["left", /ended/], ["alone", /five minutes/], ["server_restarted", /restarted/], ["room_closed", /archived/]]) {
    const page = hub();
    await page.join({ room: "garden" });
    page.hear("group call", call(9, [], { state: "ended", reason }));
    assert.match(`${page.notice.title} ${page.notice.line}`, words);
    assert.deepEqual(page.session, null);
  }
});

test("another device of the own account takes the seat", async () => {
  const page = hub();
  await page.join({ room: "garden" });
  page.hear("group call", { ...call(5, ["ben"]), seats: [seat("ben"), seat("ann", "phone")] });
  assert.match(page.notice.title, /another device/);
  assert.equal(page.view("garden").elsewhere, true);
});

test("a page that was loaded anew comes back, if its seat is still there", async () => {
  const first = hub();
  await first.join({ room: "garden", title: "Garden" });
  first.hide();
  const second = hub();
  second.hear("ready", { groupCalls: [call(3, ["ben", "ann"])] });
  await settle();
  assert.equal(second.session?.title, "Garden");
  const third = hub();
  third.hear("ready", { groupCalls: [call(4, ["ben"])] });
  await settle();
  assert.equal(third.session, null);
  assert.equal(kept.values.size, 0);
});

test("after a lost connection to the server it goes on, or says that the server was restarted", async () => {
  const page = hub();
  page.hear("ready", { groupCalls: [] });
  await page.join({ room: "garden" });
  page.hear("ready", { groupCalls: [call(3, ["ben", "ann"])] });
  assert.deepEqual(FakeSession.all[0].log.at(-1), ["online"]);
  page.hear("ready", { groupCalls: [] });
  assert.match(page.notice.line, /restarted/);
});
