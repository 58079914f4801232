import assert from "node:assert/strict";
import { test } from "node:test";
import { avatarUri, faces, hash, pictureOf } from "../../assets/live/avatar.js";
import { title } from "../../assets/live/roomrows.js";
import { createWords } from "../../assets/live/words.js";
import { FakeTime, ModelServer, device, user, world } from "./fakes.js";

const MINUTE = 60_000;
const rows = (store) => store.get("messages");

test("one sender within five minutes is one group; others, time and quiet lines end it", async () => {
  const { store, server, time } = await world();
  server.send("r1", "ben", "1");
  await time.pass(MINUTE);
  server.send("r1", "ben", "2");
  await time.pass(5 * MINUTE);
  server.send("r1", "ben", "3");
  server.send("r1", "ann", "4", { clientId: "x" });
  server.send("r1", "ann", "5", { clientId: "y" });
  server.send("r1", "ben", "the name changed", { messageType: "system" });
  server.send("r1", "ben", "6");
  assert.deepEqual(rows(store).map((row) => row.first), [true, false, true, true, false, true, true]);
  assert.equal(rows(store)[5].system, "the name changed");
  assert.equal(rows(store)[5].html, "");
});

test("what somebody blocked writes is folded until it is asked for, and they neither type nor are there", async () => {
  const { store, server, socket, time } = await world();
  server.send("r1", "ben", "look at me");
  const [plain] = rows(store);
  assert.deepEqual([plain.folded, plain.text], [false, "look at me"]);
  socket.receive("blocked", { users: ["ben"] });
  await time.pass(10);
  const [folded] = rows(store);
  assert.deepEqual([folded.folded, folded.text, folded.html, folded.reactions.length], [true, "", "", 0]);
  assert.equal(store.get("rooms", "all").find((row) => row.room === "r1").preview, "A message from somebody you blocked");
  socket.receive("presence", { user: "ben", state: "online" });
  socket.receive("typing", { room: "r1", user: "ben", on: true, until: 5000 });
  await time.pass(10);
  assert.equal(store.get("presence", "ben"), "offline");
  assert.equal(store.get("typing_text"), "");
  store.people.unfold(folded.id);
  store.changed("people", "timeline");
  assert.equal(rows(store)[0].text, "look at me");
  socket.receive("blocked", { users: [] });
  await time.pass(10);
  assert.equal(store.get("presence", "ben"), "online");
});

test("day lines stand where the calendar day changes, in words, and follow midnight", async () => {
  const time = new FakeTime(Date.parse("2025-11-03T23:58:00Z"));
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben"]);
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  server.send("r1", "ben", "late");
  assert.deepEqual(rows(store).map((row) => row.day), ["Today"]);
  await time.pass(3 * MINUTE);
  assert.deepEqual(rows(store).map((row) => row.day), ["Yesterday"]);
  server.send("r1", "ben", "early");
  assert.deepEqual(rows(store).map((row) => [row.day, row.first]), [["Yesterday", true], ["Today", true]]);
});

test("words for times", () => {
  const words = createWords({ locale: "en-GB", timeZone: "UTC" });
  const now = Date.parse("2025-11-05T10:00:00Z"); // a Wednesday
  const at = (text) => Date.parse(text);
  assert.deepEqual(
    ["2025-11-05T00:00:00Z", "2025-11-04T23:59:00Z", "2025-11-03T10:00:00Z", "2025-10-30T10:00:00Z", "2025-10-29T10:00:00Z", "2024-10-29T10:00:00Z"].map((t) => words.day(at(t), now)),
    ["Today", "Yesterday", "Monday", "Thursday", "29 October", "29 October 2024"],
  );
  assert.deepEqual(
    ["2025-11-05T09:05:00Z", "2025-11-04T23:59:00Z", "2025-10-29T10:00:00Z", "2024-10-29T10:00:00Z"].map((t) => words.ago(at(t), now)),
    ["09:05", "Tue", "29 Oct", "29 Oct 2024"],
  );
  assert.equal(words.untilMidnight(now), 14 * 60 * MINUTE);
  assert.deepEqual([500, 34_000, 3_140_000].map(words.size), ["500 B", "34 kB", "3.1 MB"]);
  assert.deepEqual([5, 65, 3725].map(words.length), ["0:05", "1:05", "1:02:05"]);
  assert.deepEqual([[], ["Ann"], ["Ann", "Ben"], ["A", "B", "C", "D"]].map(words.typing), ["", "Ann is typing", "Ann and Ben are typing", "Several people are typing"]);
});

test("days follow the calendar where the clocks change", () => {
  const words = createWords({ locale: "en-GB", timeZone: "Europe/Berlin" });
  const night = Date.parse("2025-10-25T22:30:00Z"); // 26 October, 00:30; this day has 25 hours
  assert.equal(words.day(Date.parse("2025-10-25T21:30:00Z"), night), "Yesterday");
  assert.equal(words.untilMidnight(night), 24.5 * 60 * MINUTE);
});

test("one new message makes one new row", async () => {
  const { store, server, time } = await world({ messages: 40 });
  const before = rows(store);
  server.send("r1", "ben", "new");
  const after = rows(store);
  assert.equal(after.length, 41);
  assert.deepEqual(before.map((row, i) => row === after[i]), before.map(() => true));
  server.change("r1", 10, { content: "edited", editedAt: new Date(time.now()).toISOString() });
  const edited = rows(store);
  assert.deepEqual(edited.map((row, i) => row === after[i]).indexOf(false), 9);
  assert.equal(edited.filter((row, i) => row !== after[i]).length, 1);
  assert.equal(edited[9].edited, true);
});

test("nothing that is not about rows makes a new list", async () => {
  const { store, server } = await world({ messages: 5 });
  const snapshots = ["messages", "timeline", "room", "totals", "me", "composer"].map((name) => [name, store.get(name)]);
  let told = 0;
  store.subscribe(() => (told += 1));
  server.emit("r1", "typing", { room: "r1", user: "ben", on: true, until: 6000 });
  server.emit("r1", "read", { room: "r1", user: "ben", readSeq: 0, deliveredSeq: 0 });
  assert.ok(told > 0);
  for (const [name, snapshot] of snapshots) assert.equal(store.get(name), snapshot, name);
});

test("the New line stands before the first unread of another, fixed at entry", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben"]);
  server.addRoom("r2", ["ann", "ben"], { kind: "group", name: "Two" });
  server.send("r1", "ben", "1");
  server.send("r1", "ann", "2", { clientId: "x" });
  server.send("r1", "ben", "3");
  server.send("r1", "ben", "4");
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  await time.pass(0);
  const at = () => rows(store).findIndex((row) => row.new_divider);
  assert.equal(at(), 2);
  assert.equal(rows(store)[2].first, true, "it begins a group");
  store.setView({ atBottom: true });
  await time.pass(500);
  assert.equal(store.get("rooms", "all").find((row) => row.room === "r1").unread, 0);
  assert.equal(at(), 2, "reading does not move it");
  server.send("r1", "ben", "5");
  assert.equal(at(), 2);
  store.setLocation({ room: "r2" });
  store.setLocation({ room: "r1" });
  await time.pass(10);
  assert.equal(at(), -1, "nothing was unread at the second entry");
  store.setView({ atBottom: true, focused: false });
  server.send("r1", "ben", "6");
  assert.equal(at(), -1);
  store.setView({ focused: true });
  assert.equal(at(), 5, "coming back to the page is an entry");
});

test("ticks: who says something has read what was before, also who was not heard of until then", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben", "cyd"], { kind: "group", name: "Three" });
  server.rooms.get("r1").receipts.delete("cyd");
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  server.send("r1", "ann", "hello");
  server.send("r1", "ben", "hi");
  await time.pass(0);
  assert.equal(rows(store)[0].state, "sent");
  server.send("r1", "cyd", "joined", { messageType: "system" });
  await time.pass(0);
  assert.equal(rows(store)[0].state, "sent", "a line about somebody is nobody's reading");
  server.send("r1", "cyd", "hey");
  await time.pass(0);
  assert.equal(rows(store)[0].state, "read");
});

test("ticks: in a group everybody must have it", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("r1", ["ann", "ben", "cyd"], { kind: "group", name: "Three" });
  const { store, socket } = device({ time, server, room: "r1" });
  await socket.connect();
  server.send("r1", "ann", "1", { clientId: "x" });
  const states = [];
  const note = () => states.push([rows(store)[0].state, rows(store)[0].state_text]);
  note();
  server.advance("r1", "ben", { readSeq: 1, deliveredSeq: 1 });
  note();
  server.advance("r1", "cyd", { deliveredSeq: 1 });
  note();
  server.advance("r1", "cyd", { readSeq: 1 });
  note();
  assert.deepEqual(states, [["sent", "Sent"], ["sent", "Sent"], ["delivered", "Delivered"], ["read", "Read"]]);
  server.send("r1", "ben", "2");
  assert.equal(rows(store)[1].state, "", "others' messages have no tick");
});

test("edited, deleted, answered, reacted", async () => {
  const { store, server } = await world();
  server.send("r1", "ben", "**first**");
  server.send("r1", "ann", "second", { clientId: "x", replyTo: "r1-m1" });
  server.send("r1", "ben", "third", { replyTo: "long-gone" });
  const quote = rows(store)[1].quote;
  assert.deepEqual([quote.id, quote.name, quote.text, quote.href], ["r1-m1", "Ben", "first", "/?room=r1&m=r1-m1"]);
  assert.deepEqual([rows(store)[2].quote.id, rows(store)[2].quote.text], ["long-gone", "An earlier message"]);
  assert.equal(rows(store)[0].quote.id, "");

  server.change("r1", 1, { content: "changed", editedAt: "2025-11-05T10:00:00.000Z" });
  assert.equal(rows(store)[0].edited, true);
  assert.equal(rows(store)[1].quote.text, "changed");

  server.change("r1", 2, { reactions: { "👍": ["ben", "ann"], "🎉": ["ben"] } });
  assert.deepEqual(rows(store)[1].reactions, [
    { emoji: "👍", count: 2, mine: true, names: "Ben and You" },
    { emoji: "🎉", count: 1, mine: false, names: "Ben" },
  ]);

  server.remove("r1", 1);
  const gone = rows(store)[0];
  assert.deepEqual([gone.deleted, gone.edited, gone.html, gone.text, gone.system], [true, false, "", "", ""]);
  assert.equal(rows(store)[1].quote.text, "Message deleted");
});

test("an answer carries what it answers", async () => {
  const { store, server, time } = await world({ messages: 1 });
  store.replyTo("r1-m1");
  assert.equal(store.get("composer").reply.text, "m1");
  store.setDraft("yes");
  store.send();
  await time.pass(10);
  assert.equal(server.rooms.get("r1").messages[1].replyTo, "r1-m1");
  assert.equal(store.get("composer").reply.id, "");
});

test("an attachment is shown as what it is, and only from this server", async () => {
  const { store, server } = await world();
  server.send("r1", "ben", "look");
  const file = { _id: "f", name: "a.png", mediaType: "image/png", size: 3_140_000, width: 10, height: 20, duration: null, url: "/api/files/f", thumbnailUrl: "/api/files/f?thumbnail=1" };
  server.change("r1", 1, { attachments: [file, { ...file, _id: "g", mediaType: "application/pdf", url: "https://evil.example/x", thumbnailUrl: "https://evil.example/y" }] });
  const [image, other] = rows(store)[0].attachments;
  assert.deepEqual([image.show, image.size_text, image.url, image.thumbnail_url, image.width], ["image", "3.1 MB", "/api/files/f", "/api/files/f?thumbnail=1", 10]);
  assert.deepEqual([other.show, other.url, other.thumbnail_url], ["file", "", ""]);
});

test("a call is a quiet line in words, an unknown kind too", async () => {
  const { store, server } = await world();
  server.send("r1", "ben", "", { messageType: "call" });
  server.change("r1", 1, { data: { kind: "video", reason: "hung_up", seconds: 252 } });
  server.send("r1", "ben", "from the future", { messageType: "hologram" });
  assert.deepEqual(rows(store).map((row) => row.system), ["Call with picture, 4:12", "from the future"]);
});

test("names that arrive later are filled in; who is unknown is asked for once", async () => {
  const { store, server, socket, time } = await world();
  server.rooms.get("r1").receipts.set("zoe", { user: "zoe", readSeq: 0, deliveredSeq: 0 });
  server.send("r1", "zoe", "hello");
  server.send("r1", "zoe", "again");
  assert.equal(rows(store)[0].sender_name, "Somebody");
  await time.pass(200);
  assert.deepEqual(socket.asked.filter((question) => question.event === "people"), [{ event: "people", users: ["zoe"] }]);
  assert.deepEqual(rows(store).map((row) => row.sender_name), ["Zoe", "Zoe"]);
  server.emit("r1", "people", { people: [user("zoe", { displayName: "Zoë" })] });
  assert.equal(rows(store)[0].sender_name, "Zoë");
});

test("the list: pinned first, then by activity; filters; previews", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("old", ["ann", "ben"]);
  server.addRoom("group", ["ann", "ben", "cyd"], { name: "Garden" });
  server.addRoom("pinned", ["ann", "cyd"]);
  server.rooms.get("pinned").pinned.add("ann");
  server.send("old", "ben", "hi **there**");
  await time.pass(1000);
  server.send("group", "cyd", "news @ann", { mentions: ["ann"] });
  const { store, socket } = device({ time, server });
  assert.equal(store.get("rooms_ready"), false);
  await socket.connect();
  assert.equal(store.get("rooms_ready"), true);
  const names = (filter) => store.get("rooms", filter).map((row) => row.name);
  assert.deepEqual(names("all"), ["Cyd", "Garden", "Ben"]);
  assert.deepEqual(names("unread"), ["Garden", "Ben"]);
  assert.deepEqual(names("rooms"), ["Garden"]);
  assert.deepEqual(names("people"), ["Cyd", "Ben"]);
  const [, garden, ben] = store.get("rooms", "all");
  assert.deepEqual([garden.preview_who, garden.preview, garden.unread, garden.mentions, garden.href], ["Cyd", "news @ann", 1, 1, "/?room=group"]);
  assert.deepEqual([ben.preview_who, ben.preview, ben.tick, ben.told], ["", "hi there", "", false]);
  await time.pass(1000);
  server.send("old", "ann", "mine", { clientId: "x" });
  const first = store.get("rooms", "all")[1];
  assert.deepEqual([first.name, first.preview_who, first.preview, first.tick], ["Ben", "You", "mine", "sent"]);
  assert.equal(store.get("rooms", "all")[2], garden, "a row that says the same is the same");
});

test("totals leave muted rooms out but not their mentions; the title counts", async () => {
  const time = new FakeTime();
  const server = new ModelServer(time);
  server.addRoom("a", ["ann", "ben"]);
  server.addRoom("b", ["ann", "ben", "cyd"], { name: "Loud" });
  server.rooms.get("b").muted.add("ann");
  server.send("a", "ben", "1");
  server.send("a", "ben", "2");
  server.send("b", "ben", "@ann", { mentions: ["ann"] });
  const { store, socket } = device({ time, server });
  await socket.connect();
  assert.deepEqual(store.get("totals"), { unread: 3, mentions: 1, rooms: 2 });
  assert.equal(title("chatbeside", { unread: 2 }), "(2) chatbeside");
  assert.equal(title("(2) chatbeside", { unread: 120 }), "(99+) chatbeside");
  assert.equal(title("(99+) chatbeside", { unread: 0 }), "chatbeside");
});

test("the drawn picture: fixed values, one for an id, own pictures only from this site", () => {
  // Worked out by hand from the rule: FNV-1a offset basis for no bytes, then the final mix.
  let h = 0x811c9dc5;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
  assert.equal(hash(""), (h ^ (h >>> 13)) >>> 0);
  assert.notEqual(hash("ann"), hash("ben"));
  assert.equal(avatarUri("ann"), avatarUri("ann"));
  assert.match(decodeURIComponent(avatarUri("ann")), /^data:image\/svg\+xml,<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#[0-9a-f]{6}"\/>/);
  assert.notEqual(faces("ann"), faces("ann", true));
  for (let i = 0; i < 500; i += 1) assert.doesNotMatch(faces(`id${i}`), /NaN|undefined|width="-|r="-/);
  assert.equal(pictureOf("ann", "/api/files/x"), "/api/files/x");
  assert.equal(pictureOf("ann", "/api/files/x", "http://h:1"), "http://h:1/api/files/x");
  assert.equal(pictureOf("ann", "//evil.example/x"), avatarUri("ann"));
  assert.equal(pictureOf("ann", "https://evil.example/x"), avatarUri("ann"));
  assert.equal(pictureOf("ann", "javascript:alert(1)"), avatarUri("ann"));
});

test("a group of rows stays the same object until one of its rows changes", async () => {
  const { store, server } = await world({ messages: 70 });
  const before = store.get("message_groups");
  assert.deepEqual(before.flatMap((group) => group.rows), store.get("messages"));
  server.send("r1", "ben", "one more");
  server.change("r1", 66, { content: "edited", editedAt: "2025-11-05T10:00:00.000Z" });
  const after = store.get("message_groups");
  assert.deepEqual(after.flatMap((group) => group.rows), store.get("messages"));
  assert.deepEqual(after.map((group, at) => group === before[at]), [true, false]);
  assert.equal(new Set(after.map((group) => group.key)).size, after.length);
  store.setDraft("not sent yet");
  store.send();
  assert.equal(store.get("message_groups").at(-1).rows.at(-1).text, "not sent yet");
});
