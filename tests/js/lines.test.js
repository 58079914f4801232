// Quiet lines in words, and what the quick switcher offers first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, rank } from "../../assets/live/finds.js";
import { systemLine } from "../../assets/live/lines.js";
import { People } from "../../assets/live/people.js";
import { world } from "./fakes.js";

const people = new People();
people.take([
  { _id: "a", username: "ann", displayName: "Ann A.", avatar: null, bot: false },
  { _id: "b", username: "ben", displayName: "Ben", avatar: null, bot: false },
  { _id: "c", username: "cleo", displayName: "Cleo", avatar: null, bot: false },
]);
const line = (event, data = {}, { sender = "a", me = "c", content = "as it was stored" } = {}) =>
  systemLine({ sender, content, data: { event, ...data } }, people, me);

test("a quiet line names people as the page does, and oneself as you", () => {
  assert.equal(line("added", { user: "b" }), "Ann A. added Ben");
  assert.equal(line("added", { user: "c" }), "Ann A. added you");
  assert.equal(line("removed", { user: "b" }, { me: "a" }), "You removed Ben");
  assert.equal(line("joined", { user: "a" }), "Ann A. joined");
  assert.equal(line("joined", { user: "a", value: "invite" }), "Ann A. came in by an invite");
  assert.equal(line("role changed", { user: "b", value: "owner" }), "Ann A. made Ben the owner");
  assert.equal(line("topic changed", { value: "" }), "Ann A. removed the topic");
  assert.equal(line("public changed", { value: false }), "Ann A. made this room private");
});

test("what cannot be put into words is shown as it was stored", () => {
  assert.equal(line("painted"), "as it was stored");
  assert.equal(line("toString"), "as it was stored");
  assert.equal(line("added", { user: "stranger" }), "as it was stored");
  assert.equal(line("left", {}, { sender: "stranger" }), "as it was stored");
  assert.equal(line("role changed", { user: "b", value: "king" }), "as it was stored");
  // Stored before the value was told.
  assert.equal(line("name changed"), "as it was stored");
  assert.equal(systemLine({ sender: "a", content: "**plain**" }, people, "c"), "plain");
});

const row = (name, active, handle = "") => ({ name, handle, active });

test("the switcher ranks by where the name fits, then by recency", () => {
  const rows = [row("Old garden", "2026-01-01"), row("Garden", "2025-01-01"), row("Vanguard", "2026-03-01"), row("Gardeners", "2026-02-01"), row("Kitchen", "2026-04-01")];
  assert.deepEqual(rank(rows, "gard").map(({ name }) => name), ["Gardeners", "Garden", "Old garden"]);
  assert.deepEqual(rank(rows, " GUARD ").map(({ name }) => name), ["Vanguard"]);
  assert.deepEqual(rank(rows, "nothing like it"), []);
});

test("with nothing typed the latest ones come first, and only a few", () => {
  const rows = Array.from({ length: 30 }, (_, at) => row(`Room ${at}`, `2026-01-${String(at + 1).padStart(2, "0")}`));
  const found = rank(rows, "");
  assert.equal(found.length, 8);
  assert.equal(found[0].name, "Room 29");
  assert.equal(found[7].name, "Room 22");
});

test("people are found by the name that one calls them by too, and marks do not matter", () => {
  assert.equal(rank([row("Ann A.", "", "@queen")], "@que").length, 1);
  assert.equal(rank([row("Café Zoë", "")], "cafe zoe").length, 1);
  assert.equal(fit("Straße", "stra"), 0);
  assert.equal(fit("the old-town", "town"), 1);
  assert.equal(fit("town", "x"), -1);
});

test("somebody put out of the open room is told which one it was, until they are in it again", async () => {
  const { store, socket, time } = await world({ messages: 2 });
  const head = { ...store.heads.get("r1"), kind: "group", name: "Crew", peer: null };
  socket.receive("room changed", { room: head });
  await time.pass(1);
  store.setLocation({ room: "r1" });
  store.said = "ann: the secret";
  store.outbox.add({ room: "r1", content: "wait for me", clientId: "late", uploads: true });
  socket.receive("room changed", { room: { room: "r1", gone: true } });
  await time.pass(1);
  assert.equal(store.get("room").missing, true);
  assert.equal(store.get("room").gone, "Crew");
  assert.equal(store.get("room").unsent, "wait for me");
  assert.equal(store.get("announcement"), "");
  assert.equal(store.get("messages").length, 0);
  socket.receive("room changed", { room: head });
  await time.pass(1);
  assert.equal(store.get("room").missing, false);
  assert.equal(store.get("room").gone, "");
  store.stop();
});
