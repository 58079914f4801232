import assert from "node:assert/strict";
import { test } from "node:test";
import { forwarded } from "../../assets/live/hands.js";
import { mayIn } from "../../assets/live/may.js";
import { settle, user, world } from "./fakes.js";

/** The REST interface over the model server; `hold()` keeps answers back, `refuse` makes it say no. */
class Rest {
  asked = [];
  refuse = null;
  #held = null;

  call = async (method, path, body) => {
    this.asked.push(`${method} ${path}`);
    if (this.#held) await this.#held.promise;
    if (this.refuse === "network") throw new Error("no network");
    if (this.refuse) return { ok: false, status: this.refuse.status, data: this.refuse };
    return { ok: true, status: 200, data: this.#do(method, path, body) };
  };

  hold() {
    this.#held = Promise.withResolvers();
  }

  async release() {
    this.#held.resolve();
    this.#held = null;
    await settle();
  }

  #do(method, path, body) {
    const { server, me } = this;
    const room = server.rooms.get("r1");
    if (path.endsWith("/pins")) return { messages: room.messages.filter((m) => m.pinnedAt).sort((a, b) => (a.pinnedAt < b.pinnedAt ? 1 : -1)) };
    if (path.startsWith("/api/search?")) {
      const found = room.messages.filter((m) => m.attachments?.length > 0 && !m.deletedAt);
      return { finds: found.reverse().map((message) => ({ message: structuredClone(message) })) };
    }
    if (path.endsWith("/copy")) return { file: { name: "plan.pdf", mediaType: "application/pdf", size: 9, url: "", thumbnailUrl: null, _id: `copy of ${path.split("/")[3]}` } };
    if (path.endsWith("/members")) return { members: room.members.map((id) => ({ user: user(id), role: "member", joinedAt: "" })) };
    const [, , , , id, what, emoji] = path.split("/");
    const old = room.messages.find((m) => m._id === id);
    const now = new Date(server.time.now()).toISOString();
    if (what === "reactions") {
      const name = decodeURIComponent(emoji);
      const people = (old.reactions[name] ?? []).filter((other) => other !== me);
      const reactions = { ...old.reactions, [name]: method === "PUT" ? [...people, me] : people };
      if (reactions[name].length === 0) delete reactions[name];
      server.change("r1", old.seq, { reactions });
    } else if (what === "pin") server.change("r1", old.seq, { pinnedAt: method === "PUT" ? now : null, pinnedBy: method === "PUT" ? me : null });
    else if (method === "PATCH") server.change("r1", old.seq, { content: body.content, editedAt: now });
    else server.remove("r1", old.seq);
    return { message: structuredClone(room.messages[old.seq - 1]) };
  }
}

async function place({ messages = 3 } = {}) {
  const rest = new Rest();
  const whole = await world({ messages, call: rest.call });
  Object.assign(rest, { server: whole.server, me: "ann" });
  whole.server.send("r1", "ann", "mine", { clientId: "own" });
  await whole.time.pass(10);
  const row = (id) => whole.store.get("messages").find((candidate) => candidate.id === id);
  const said = () => whole.store.get("toasts").map((toast) => toast.text);
  return { ...whole, rest, row, said, hands: whole.store.hands };
}

test("a reaction shows at once, stays when the server has it, and a second press takes it back", async () => {
  const { rest, hands, row, server } = await place();
  rest.hold();
  hands.react("r1-m1", "👍");
  assert.deepEqual(row("r1-m1").reactions, [{ emoji: "👍", count: 1, mine: true, names: "You" }]);
  assert.deepEqual(server.rooms.get("r1").messages[0].reactions, {});
  await rest.release();
  assert.equal(row("r1-m1").reactions[0].count, 1);
  server.change("r1", 1, { reactions: { "👍": ["ann", "ben"] } });
  assert.deepEqual(row("r1-m1").reactions, [{ emoji: "👍", count: 2, mine: true, names: "You and Ben" }]);
  hands.react("r1-m1", "👍");
  assert.deepEqual(row("r1-m1").reactions, [{ emoji: "👍", count: 1, mine: false, names: "Ben" }]);
  await settle();
  assert.deepEqual(rest.asked, ["PUT /api/chat/messages/r1-m1/reactions/%F0%9F%91%8D", "DELETE /api/chat/messages/r1-m1/reactions/%F0%9F%91%8D"]);
});

test("two presses in a row reach the server in their order", async () => {
  const { rest, hands, row } = await place();
  rest.hold();
  hands.react("r1-m1", "👍");
  hands.react("r1-m1", "👍");
  assert.deepEqual(row("r1-m1").reactions, []);
  await rest.release();
  await settle();
  assert.deepEqual(rest.asked.map((line) => line.split(" ")[0]), ["PUT", "DELETE"]);
  assert.deepEqual(row("r1-m1").reactions, []);
});

test("a refusal takes everything back and says why; so does a server that cannot be reached", async () => {
  const { rest, hands, row, said } = await place();
  rest.refuse = { status: 409, code: "conflict", detail: "This message has enough different reactions. Join one of them." };
  hands.react("r1-m1", "👍");
  assert.equal(row("r1-m1").reactions.length, 1);
  await settle();
  assert.deepEqual(row("r1-m1").reactions, []);
  assert.deepEqual(said(), [rest.refuse.detail]);

  rest.refuse = "network";
  hands.remove("r1-m4");
  assert.equal(row("r1-m4").deleted, true);
  await settle();
  assert.equal(row("r1-m4").deleted, false);
  assert.equal(row("r1-m4").text, "mine");
  assert.match(said().at(-1), /cannot be reached/);
});

test("the look stays while an earlier change has not come, so nothing flickers", async () => {
  const { rest, hands, row, server, socket, time } = await place();
  const { receive } = socket;
  // The next change is lost on the wire; the own one after it is known only from its answer.
  socket.receive = () => {};
  server.change("r1", 2, { content: "m2 edited", editedAt: "2025-11-05T10:00:00.000Z" });
  hands.react("r1-m1", "👍");
  await settle();
  socket.receive = receive;
  assert.equal(row("r1-m1").reactions.length, 1);
  assert.equal(row("r1-m2").edited, false);
  await time.pass(1000);
  assert.equal(row("r1-m1").reactions.length, 1);
  assert.equal(row("r1-m2").text, "m2 edited");
  assert.deepEqual(rest.asked.length, 1);
});

test("editing: the newest own message, its text in the field, the draft kept, saved at once", async () => {
  const { store, hands, rest, row } = await place();
  store.setDraft("half a thought");
  assert.equal(hands.editLast(), true);
  assert.deepEqual([store.get("composer").text, store.get("composer").editing], ["mine", "r1-m4"]);
  store.setDraft("mine, better");
  rest.hold();
  const saved = store.send();
  assert.deepEqual([row("r1-m4").text, row("r1-m4").edited], ["mine, better", true]);
  assert.match(row("r1-m4").html, /mine, better/);
  assert.deepEqual([store.get("composer").text, store.get("composer").editing], ["half a thought", ""]);
  await rest.release();
  assert.equal(await saved, "done");
  assert.equal(row("r1-m4").text, "mine, better");
});

test("editing: Esc leaves it, the same text asks nothing, an empty one asks whether to delete", async () => {
  const { store, hands, rest } = await place();
  hands.edit("r1-m4");
  store.setDraft("other");
  hands.cancelEdit("r1");
  assert.equal(store.get("composer").text, "");
  hands.edit("r1-m4");
  assert.equal(await store.send(), "same");
  hands.edit("r1-m4");
  store.setDraft("  ");
  assert.equal(await store.send(), "empty");
  assert.equal(store.get("target").id, "r1-m4");
  assert.deepEqual(rest.asked, []);
  assert.equal(hands.edit("r1-m1"), false, "not somebody else's");
});

test("editing: words that were refused are in the field again, unless the message is gone", async () => {
  const { store, hands, rest, row, said } = await place();
  hands.edit("r1-m4");
  store.setDraft("better");
  rest.refuse = "network";
  await store.send();
  assert.deepEqual([store.get("composer").text, store.get("composer").editing, row("r1-m4").text], ["better", "r1-m4", "mine"]);
  rest.refuse = { status: 409, code: "conflict", detail: "This message was deleted." };
  await store.send();
  assert.equal(store.get("composer").editing, "");
  assert.equal(said().at(-1), "This message was deleted.");
});

test("what is deleted elsewhere while it is edited leaves the field", async () => {
  const { store, hands, server, said } = await place();
  hands.edit("r1-m4");
  server.remove("r1", 4);
  assert.equal(store.get("composer").editing, "");
  assert.match(said().at(-1), /was deleted/);
});

test("pins: asked for once, then kept by what is heard, asked again after a reconnection", async () => {
  const { store, hands, server, rest, socket, time } = await place();
  const pinned = () => store.get("pins").map((pin) => pin.text);
  server.change("r1", 2, { pinnedAt: "2025-11-05T09:00:00.000Z", pinnedBy: "ben" });
  await hands.pins.load("r1");
  await hands.pins.load("r1");
  assert.deepEqual(pinned(), ["m2"]);
  assert.equal(rest.asked.length, 1);
  await hands.pin("r1-m1", true);
  assert.deepEqual(pinned(), ["m1", "m2"]);
  assert.equal(store.get("messages")[0].pinned, true);
  server.change("r1", 2, { pinnedAt: null, pinnedBy: null });
  assert.deepEqual(pinned(), ["m1"]);
  socket.cut();
  server.change("r1", 1, { pinnedAt: null, pinnedBy: null });
  assert.deepEqual(pinned(), ["m1"], "what was known is shown meanwhile");
  await socket.connect();
  await time.pass(10);
  await hands.pins.load("r1");
  assert.deepEqual(pinned(), []);
});

test("files: the newest messages that have some, as they come and go; at most six", async () => {
  const { store, hands, server, rest } = await place();
  const file = (n) => `plan ${n}.pdf`;
  const names = () => store.get("room_files").map((row) => row.name);
  server.send("r1", "ben", "first", { attachments: [file(1), file(2)] });
  await hands.files.load("r1");
  assert.equal(rest.asked.at(-1), "GET /api/search?room=r1&has=file&limit=6");
  assert.deepEqual(names(), ["plan 1.pdf", "plan 2.pdf"]);
  for (const n of [3, 4, 5, 6, 7]) server.send("r1", "ben", "", { attachments: [file(n)] });
  server.send("r1", "ben", "words alone");
  assert.deepEqual(names(), ["plan 7.pdf", "plan 6.pdf", "plan 5.pdf", "plan 4.pdf", "plan 3.pdf", "plan 1.pdf", "plan 2.pdf"]);
  server.send("r1", "ben", "", { attachments: [file(8)] });
  assert.deepEqual(names().slice(-1), ["plan 3.pdf"], "a seventh message pushes the oldest out");
  const [newest] = store.get("room_files");
  assert.match(newest.about, / · Ben$/);
  assert.equal(newest.download_url, "/api/files/plan 8.pdf?download=1");
  server.remove("r1", server.rooms.get("r1").messages.length);
  assert.equal(names()[0], "plan 7.pdf");
});

test("forwarding takes the files along, as copies; when one cannot be had nothing is sent", async () => {
  const { store, hands, server, time, rest, said } = await place();
  server.send("r1", "ben", "", { attachments: ["f1"] });
  const id = server.rooms.get("r1").messages.at(-1)._id;
  const before = server.rooms.get("r1").messages.length;
  rest.refuse = { status: 507, detail: "There is no room left." };
  assert.equal(await hands.forward(id, "r1"), false);
  assert.deepEqual(said(), ["The files could not be forwarded. There is no room left."]);
  rest.refuse = null;
  assert.equal(await hands.forward(id, "r1"), true);
  assert.equal(rest.asked.at(-1), "POST /api/files/f1/copy");
  await time.pass(10);
  assert.equal(server.rooms.get("r1").messages.length, before + 1);
  assert.deepEqual(store.get("messages").at(-1).attachments.map(({ id: file }) => file), ["copy of f1"]);
  assert.equal(store.get("messages").at(-1).text, "From **Ben**:");
});

test("what is pointed at says what may be done with it, and is nothing when that is nothing", async () => {
  const { store, hands, server } = await place();
  const may = () => Object.entries(store.get("target")).filter(([name, value]) => name.startsWith("can_") && value).map(([name]) => name);
  hands.point("r1-m1");
  assert.equal(store.get("target").name, "Ben");
  assert.deepEqual(may(), ["can_react", "can_reply", "can_pin", "can_forward"]);
  hands.point("own");
  assert.deepEqual(may(), ["can_react", "can_reply", "can_edit", "can_delete", "can_pin", "can_forward"]);
  server.remove("r1", 4);
  assert.equal(store.get("target").id, "");
});

test("the table of what may be done follows the role", () => {
  const message = { _id: "m", sender: "ben", messageType: "text", deletedAt: null };
  const can = (head, more) => Object.entries(mayIn(head, { ...message, ...more }, "ann")).filter(([, value]) => value).map(([name]) => name);
  assert.deepEqual(can({ kind: "group", role: "member" }), ["react", "reply"]);
  assert.deepEqual(can({ kind: "group", role: "member" }, { sender: "ann" }), ["react", "reply", "edit", "remove"]);
  assert.deepEqual(can({ kind: "group", role: "admin" }), ["react", "reply", "remove", "pin"]);
  assert.deepEqual(can({ kind: "group", role: "owner" }), ["react", "reply", "remove", "pin"]);
  assert.deepEqual(can({ kind: "direct", role: "member" }), ["react", "reply", "pin"]);
  assert.deepEqual(can({ kind: "group", role: "owner", archivedAt: "2025" }), []);
  assert.deepEqual(can({ kind: "direct", role: "member" }, { messageType: "system" }), []);
  assert.deepEqual(can({ kind: "direct", role: "member" }, { _id: undefined }), []);
  assert.deepEqual(can(undefined), []);
});

test("forwarding quotes with a name; the own words go as they are; too much is refused before it is sent", async () => {
  const { store, hands, server, time, said } = await place();
  server.addRoom("r2", ["ann", "cyd"]);
  server.sockets.forEach((socket) => socket.receive("room changed", { room: server.wire("r2", "ann") }));
  assert.equal(await hands.forward("r1-m1", "r2"), true);
  await hands.forward("r1-m4", "r2");
  await time.pass(10);
  assert.deepEqual(server.rooms.get("r2").messages.map((m) => m.content), ["**Ben** wrote:\n\n> m1", "mine"]);
  assert.deepEqual(said(), ["Forwarded to Cyd."]);
  assert.equal(store.get("toasts")[0].href, "/?room=r2");
  server.send("r1", "ben", "x".repeat(199));
  await time.pass(10);
  assert.equal(await hands.forward("r1-m5", "r2"), false);
  assert.equal(forwarded({ content: "a\n\nb" }, "A*b"), "**A\\*b** wrote:\n\n> a\n>\n> b");
  assert.equal(forwarded({ content: "" }, "Ben"), "From **Ben**:");
});

test("toasts: notes go by themselves, trouble stays, three at most, the same words once", async () => {
  const { hands, said, time } = await place();
  hands.toasts.say("one");
  hands.toasts.fail("bad");
  hands.toasts.say("one");
  assert.deepEqual(said(), ["bad", "one"]);
  await time.pass(7000);
  assert.deepEqual(said(), ["bad"]);
  hands.toasts.say("two");
  hands.toasts.say("three");
  hands.toasts.say("four");
  assert.deepEqual(said(), ["two", "three", "four"]);
});

test("recent emoji are kept for the account, across reloads", async () => {
  const { store, hands, storage } = await place();
  hands.react("r1-m1", "🥳");
  assert.equal(store.get("quick_emoji")[0], "🥳");
  const again = await world({ storage });
  assert.equal(again.store.get("quick_emoji")[0], "🥳");
});

test("members for completion: asked for once a minute, and again when the room changes", async () => {
  const { store, hands, rest, server, socket, time } = await place();
  await hands.loadMembers();
  await hands.loadMembers();
  assert.deepEqual(store.get("completion").people.map((person) => person.username), ["ann", "ben"]);
  assert.deepEqual(store.get("completion").recent, ["ann", "ben"]);
  assert.equal(rest.asked.length, 1);
  socket.receive("room changed", { room: server.wire("r1", "ann") });
  await hands.loadMembers();
  assert.equal(rest.asked.length, 2);
  await time.pass(61_000);
  await hands.loadMembers();
  assert.equal(rest.asked.length, 3);
});

test("who is called is marked, oneself most; code, links and others' names are not", async () => {
  const { store, server } = await place();
  const html = () => store.get("messages").at(-1).html;
  server.send("r1", "ben", "@ann and @ben. `@ann` [@ann](https://example.org/) @nobody x@ann", { mentions: ["ann", "ben"] });
  assert.equal(html().match(/class="mention/g).length, 2);
  assert.match(html(), /<span class="mention me-at">@ann<\/span> and <span class="mention">@ben<\/span>\./);
  server.send("r1", "ben", "@Room now <b>@ann</b>", { mentions: ["ann"] });
  assert.match(html(), /<span class="mention me-at">@Room<\/span>/);
  assert.match(html(), /&lt;b&gt;/);
  server.send("r1", "ben", "@ann without being called", { mentions: [] });
  assert.doesNotMatch(html(), /mention/);
});

test("the address leaves an old message when people go to the newest one, and a link to it works twice", async () => {
  const { store, time } = await place({ messages: 200 });
  const went = [];
  store.setNavigator((to, how) => went.push([to, how]));
  store.setLocation({ room: "r1", message: "r1-m40" });
  await time.pass(10);
  const { n } = store.get("scroll");
  store.seekAgain("r1-m40");
  await time.pass(10);
  assert.equal(store.get("scroll").n, n + 1);
  store.jumpLatest();
  assert.deepEqual(went, [["/?room=r1", { replace: true }]]);
});
