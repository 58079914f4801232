// The assistant's store: growing answers, citations, commands.

import assert from "node:assert/strict";
import test from "node:test";
import { cite } from "../../../assets/assistant/cite.js";
import { completions, isCommand } from "../../../assets/assistant/commands.js";
import { AssistantStore } from "../../../assets/assistant/store.js";
import { Streams } from "../../../assets/assistant/streams.js";
import { world } from "../fakes.js";
import { COMMANDS, make, piece, settle } from "./fakes.js";

test("pieces are put together, code points counted as the server does", () => {
  const streams = new Streams();
  assert.ok(streams.take(piece(1, 0, "Soup 🥣")));
  assert.ok(streams.take(piece(2, 6, " and bread")));
  assert.equal(streams.get("s").text, "Soup 🥣 and bread");
  assert.ok(streams.take(piece(3, 4, "!")));
  assert.equal(streams.get("s").text, "Soup!");
  assert.ok(streams.take(piece(2, 0, "old")), "an old piece is nothing new");
  assert.equal(streams.get("s").text, "Soup!");
});

test("a missing piece is noticed and refilled", () => {
  const streams = new Streams();
  assert.ok(!streams.take(piece(2, 4, "x")));
  streams.refill("r", "b", [{ id: "s", replyTo: "q", asker: "me", text: "whole", n: 5 }]);
  assert.equal(streams.get("s").text, "whole");
  assert.ok(streams.take(piece(6, 5, "!")));
  streams.refill("r", "b", []);
  assert.equal(streams.get("s"), undefined);
});

test("numbers of sources become links, nothing else does", () => {
  const sources = [{ n: 1, room: "r", message: 'm"1', state: "" }, { n: 2, room: "r", message: "m2", state: "deleted" }];
  const html = '<p title="[1]">Yes [1] no [3] <code>a[1]</code> <a href="x">[2]</a> [2]</p><pre>[1]</pre>';
  assert.equal(
    cite(html, sources),
    '<p title="[1]">Yes <a class="cite" href="/?room=r&amp;m=m%221" data-cite="1">1</a> no [3] <code>a[1]</code> <a href="x">[2]</a> ' +
      '<a class="cite gone" href="/?room=r&amp;m=m2" data-cite="2">2</a></p><pre>[1]</pre>',
  );
  assert.equal(cite("<p>[1]</p>", []), "<p>[1]</p>");
});

test("what a command is", () => {
  for (const text of ["/help", "/help me", " /poll a? b\nc", "/?"]) assert.ok(isCommand(text), text);
  for (const text of ["help", "/etc/hosts", "/ x", "//", "a /help", "/2", "/help,"]) assert.ok(!isCommand(text), text);
  assert.deepEqual(completions("/s", COMMANDS).map(({ name }) => name), ["search", "summarise"]);
  assert.deepEqual(completions("/fi", COMMANDS).map(({ name }) => name), ["search"]);
  assert.deepEqual(completions("/search ", COMMANDS), []);
  assert.equal(completions("/", COMMANDS).length, 4);
});

test("a growing answer is shown until its message comes", async () => {
  const { live, store } = make();
  live.hear("ready", {});
  await settle();
  live.hear("assistant stream", piece(1, 0, "So"));
  assert.deepEqual(store.get("streams"), ["s"]);
  const first = store.get("stream", "s");
  assert.deepEqual(first, { id: "s", html: "<p>So</p>", user: "b", name: "b", stoppable: true });
  assert.equal(store.get("stream", "s"), first, "the same object while nothing changes");
  live.hear("assistant stream", piece(2, 2, "up"));
  assert.equal(store.get("stream", "s").html, "<p>Soup</p>");
  live.hear("chat message", { room: "r", clientId: "s" });
  assert.deepEqual(store.get("streams"), []);
});

test("an answer that is done without a message goes away", () => {
  const { live, store, timers } = make();
  live.hear("assistant stream", piece(1, 0, "So"));
  live.hear("assistant stream", piece(2, 2, "", { done: true }));
  assert.deepEqual(store.get("streams"), ["s"]);
  timers.forEach((work) => work());
  assert.deepEqual(store.get("streams"), []);
});

test("after a gap and after a connection the whole is asked for", async () => {
  const { live, store } = make();
  live.answers["assistant state"] = { ...live.answers["assistant state"], growing: [{ id: "s", replyTo: "q", asker: "x", text: "all of it", n: 7 }] };
  live.hear("assistant stream", piece(3, 2, "x"));
  await settle();
  assert.deepEqual(live.asked.at(-1), ["assistant state", { room: "r", zone: "Europe/Berlin" }]);
  assert.equal(store.get("stream", "s").html, "<p>all of it</p>");
  assert.ok(!store.get("stream", "s").stoppable);
  live.hear("ready", {});
  assert.deepEqual(store.get("streams"), []);
  await settle();
  assert.deepEqual(store.get("streams"), ["s"]);
});

test("a stored answer has sources, words about itself, and grows again in its place", async () => {
  const { live, store } = make();
  const sources = [{ n: 1, message: "m1", room: "r", seq: 1, who: "ann", place: "ann", at: "2026-05-04T09:05:00.000Z", state: "edited" }];
  const data = { assistant: { asker: "me", again: true, note: "Stopped.", sources, read: 3 } };
  const message = { _id: "a", clientId: "s", room: "r", rev: 2, content: "Yes [1]", data };
  live.timelines.set("r", { messages: [message], get: (id) => (id === "a" ? message : undefined) });
  const answer = store.get("answer", "a");
  assert.match(answer.html, /class="cite gone"/);
  assert.deepEqual(answer.sources, [{ n: 1, message: "m1", href: "/?room=r&m=m1", text: "ann, Monday 09:05, edited since", gone: true }]);
  assert.deepEqual([answer.note, answer.again, answer.footer], ["Stopped.", true, "Read 3 messages for this"]);
  live.hear("assistant stream", piece(1, 0, "New"));
  assert.deepEqual(store.get("streams"), [], "it grows in its own row");
  assert.deepEqual([store.get("answer", "a").html, store.get("answer", "a").stoppable], ["<p>New</p>", true]);
  live.hear("message changed", message);
  assert.equal(store.get("answer", "a").growing, "");
  assert.equal(store.get("answer", "nobody").html, "");
});

test("commands: on their way, kept with a word why, or no commands", async () => {
  const { live, store } = make();
  live.hear("ready", {});
  await settle();
  assert.equal(live.command({ room: "r", content: "hello" }), "");
  assert.equal(live.command({ room: "r", content: "/nothing here" }), "kept");
  assert.match(store.get("notice").text, /no command \/nothing/);
  live.answers["assistant command"] = { message: { room: "d" } };
  assert.equal(live.command({ room: "r", content: "/search x", replyTo: null }), "taken");
  await settle();
  assert.deepEqual(live.asked.at(-1), ["assistant command", { room: "r", text: "/search x", clientId: "c1", zone: "Europe/Berlin", replyTo: undefined }]);
  assert.deepEqual(store.get("notice").href, "/?room=d");
  live.answers["assistant command"] = { error: { message: "A poll has answers." } };
  assert.equal(live.command({ room: "r", content: "/poll" }), "taken");
  await settle();
  assert.equal(store.get("notice").text, "A poll has answers.");
  assert.equal(live.drafts.text("r"), "/poll", "what was typed comes back");
  live.answers["assistant command"] = new Error("no answer");
  live.drafts.clear("r");
  live.command({ room: "r", content: "/help" });
  await settle();
  assert.match(store.get("notice").text, /did not answer/);
});

/** A conversation in which a command answers a message, and is refused after a while. */
async function refused() {
  const slow = { delay: () => slow.wait, wait: 0 };
  const whole = await world({ messages: 1, network: slow });
  const { store, server, time } = whole;
  server.addRoom("r2", ["ann", "cyd"]);
  server.send("r1", "ann", "mine", { clientId: "own" });
  await time.pass(10);
  const assistant = new AssistantStore({ live: store, newId: () => "c1", timers: time });
  assistant.commands = COMMANDS;
  server.refusals.push({ matches: (event) => event.startsWith("assistant "), error: { code: "too_many", message: "Wait." } });
  slow.wait = 500;
  store.replyTo("r1-m1");
  store.setDraft("/search words");
  store.send();
  assert.deepEqual([store.get("draft"), store.get("composer").reply.id], ["", ""]);
  return { ...whole, assistant };
}

test("a refused command leaves the message that is edited meanwhile alone", async () => {
  const { store, time, assistant } = await refused();
  assert.ok(store.hands.editLast());
  await time.pass(2000);
  assert.equal(assistant.get("notice").text, "Wait.");
  assert.equal(store.get("composer").text, "mine");
  store.hands.cancelEdit("r1");
  assert.deepEqual([store.get("composer").text, store.get("composer").reply.id], ["/search words", "r1-m1"]);
});

test("a refused command comes back where it was written, unless something else is written there by now", async () => {
  const { store, time } = await refused();
  store.setLocation({ room: "r2" });
  await time.pass(2000);
  assert.equal(store.get("draft"), "");
  store.setLocation({ room: "r1" });
  assert.deepEqual([store.get("draft"), store.get("composer").reply.id], ["/search words", "r1-m1"]);

  store.send();
  store.setDraft("something else");
  await time.pass(2000);
  assert.deepEqual([store.get("draft"), store.get("composer").reply.id], ["something else", ""]);
});

test("without a connection a command waits only where the assistant is at home", () => {
  const { live } = make();
  live.link.online = false;
  assert.equal(live.command({ room: "r", content: "/help" }), "kept");
  assert.equal(live.command({ room: "d", content: "/help" }), "");
});

test("the list of commands follows what is typed", () => {
  const { live, store } = make();
  live.draft = "/s";
  assert.deepEqual(store.get("completion").options.map(({ name, chosen }) => [name, chosen]), [["search", true], ["summarise", false]]);
  store.move(1);
  assert.equal(store.get("completion").chosen, "summarise");
  store.move(1);
  assert.equal(store.get("completion").chosen, "search");
  store.dismiss();
  assert.ok(!store.get("completion").open);
  live.draft = "/se";
  store.pick();
  assert.equal(live.draft, "/search ");
  assert.ok(!store.get("completion").open);
});

test("who answers is said in words", async () => {
  const { live, store } = make();
  live.hear("ready", {});
  await settle();
  const { line, used, manages } = store.get("status");
  assert.deepEqual([line, used, manages], ["tiny, text leaves this server", "You have used 5 of 100 tokens this month", true]);
  live.answers["assistant state"] = { ...live.answers["assistant state"], on: false };
  await store.switchTo(false);
  await settle();
  assert.match(store.get("status").line, /switched off/);
});
