import assert from "node:assert/strict";
import { test } from "node:test";
import { room as reserved, showAs } from "../../assets/live/attachments.js";
import { MOST } from "../../assets/live/uploads.js";
import { FakeStorage, device, settle, world } from "./fakes.js";

/** A transfer that does what the test says. */
class Transfer {
  puts = [];
  discarded = [];
  previews = new Set();
  #next = 1;

  put = (source, { signal, progress, measured }) =>
    new Promise((resolve, reject) => {
      const id = `f${this.#next++}`;
      const put = {
        source,
        progress,
        measured,
        aborted: false,
        arrive: () => resolve({ ok: true, status: 201, data: { file: wire(id, source) } }),
        refuse: (status, detail) => resolve({ ok: false, status, data: { detail } }),
        lose: () => reject(new Error("lost")),
      };
      signal.addEventListener("abort", () => {
        put.aborted = true;
        reject(signal.reason);
      });
      this.puts.push(put);
    });

  discard = (id) => this.discarded.push(id);

  preview = ({ name, type }) => {
    if (!type.startsWith("image/")) return "";
    this.previews.add(`blob:${name}`);
    return `blob:${name}`;
  };

  free = (address) => assert.ok(this.previews.delete(address));

  get last() {
    return this.puts.at(-1);
  }
}

const wire = (_id, { name, size, type }) => ({
  _id,
  name,
  size,
  mediaType: type,
  width: 800,
  height: 600,
  duration: null,
  url: `/api/files/${_id}`,
  thumbnailUrl: type.startsWith("image/") ? `/api/files/${_id}?thumbnail=1` : null,
});
const file = (name = "a.png", size = 2000, type = "image/png") => ({ blob: {}, name, size, type });
const chips = (store) => store.get("uploads").map(({ name, state, percent }) => [name, state, percent]);
const sent = (server) => server.rooms.get("r1").messages.map(({ content, attachments }) => [content, attachments.map((each) => each._id)]);

async function withFiles() {
  const transfer = new Transfer();
  const made = await world({ transfer });
  return { ...made, transfer };
}

test("a file goes up with its progress, and its message goes when it is sent", async () => {
  const { store, server, time, transfer } = await withFiles();
  store.files.add([file()]);
  assert.deepEqual(chips(store), [["a.png", "sending", 0]]);
  assert.equal(store.get("uploads")[0].preview, "blob:a.png");
  assert.equal(store.get("composer").can_send, true);
  transfer.last.progress(0.504);
  assert.deepEqual(chips(store), [["a.png", "sending", 50]]);
  transfer.last.arrive();
  await settle();
  assert.deepEqual(chips(store), [["a.png", "done", 100]]);
  store.setDraft("look");
  store.send();
  assert.deepEqual(chips(store), []);
  await time.pass(10);
  assert.deepEqual(sent(server), [["look", ["f1"]]]);
  assert.equal(transfer.previews.size, 0);
});

test("a message waits for its files and holds up no other", async () => {
  const { store, server, time, transfer } = await withFiles();
  store.files.add([file(), file("b.txt", 10, "text/plain")]);
  store.send();
  const [row] = store.get("messages");
  assert.deepEqual([row.state, row.text], ["pending", ""]);
  assert.deepEqual(row.attachments.map((each) => [each.name, each.show, each.url, each.unsent]), [["a.png", "image", "blob:a.png", true], ["b.txt", "file", "", true]]);
  store.setDraft("meanwhile");
  store.send();
  await time.pass(10);
  assert.deepEqual(sent(server), [["meanwhile", []]]);
  transfer.puts[0].progress(0.3);
  assert.deepEqual(store.get("upload", row.attachments[0].id), { state: "sending", percent: 30 });
  for (const put of transfer.puts) put.arrive();
  await time.pass(10);
  assert.deepEqual(sent(server), [["meanwhile", []], ["", ["f1", "f2"]]]);
});

test("a cancelled upload stops, and one that has arrived is taken back", async () => {
  const { store, transfer } = await withFiles();
  store.files.add([file("a.png"), file("b.png")]);
  transfer.puts[1].arrive();
  await settle();
  for (const { key } of store.get("uploads")) store.files.uploads.cancel(key);
  assert.equal(transfer.puts[0].aborted, true);
  assert.deepEqual(transfer.discarded, ["f2"]);
  assert.deepEqual(chips(store), []);
  assert.equal(transfer.previews.size, 0);
  assert.equal(store.get("composer").can_send, false);
});

test("a refusal is said and can be tried again when that may help", async () => {
  const { store, transfer } = await withFiles();
  store.files.add([file()]);
  transfer.last.refuse(507, "There is no room left.");
  await settle();
  const [chip] = store.get("uploads");
  assert.deepEqual([chip.state, chip.error, chip.again], ["failed", "There is no room left.", true]);
  assert.equal(store.get("composer").can_send, false);
  store.files.uploads.retry(chip.key);
  assert.equal(transfer.puts.length, 2);
  transfer.last.refuse(413, "Too large.");
  await settle();
  assert.equal(store.get("uploads")[0].again, false);
  store.files.uploads.retry(chip.key);
  assert.equal(transfer.puts.length, 2);
});

test("what is too large, empty or too much is never begun", async () => {
  const { store, transfer } = await withFiles();
  store.files.add([file("large", 51 * 1024 * 1024), file("empty", 0)]);
  assert.equal(transfer.puts.length, 0);
  assert.match(store.get("uploads")[0].error, /52\.4 MB at most|50/);
  assert.match(store.get("uploads")[1].error, /empty/);
  for (const { key } of store.get("uploads")) store.files.uploads.cancel(key);
  store.files.add(Array.from({ length: MOST + 1 }, (_, i) => file(`${i}`, 5, "text/plain")));
  assert.deepEqual(store.get("uploads").map(({ state }) => state).filter((state) => state === "failed").length, 1);
});

test("three go up at once, and each that ends makes room", async () => {
  const { store, transfer } = await withFiles();
  store.files.add(Array.from({ length: 5 }, (_, i) => file(`${i}.png`)));
  assert.deepEqual(transfer.puts.map(({ source }) => source.name), ["0.png", "1.png", "2.png"]);
  transfer.puts[1].arrive();
  await settle();
  assert.equal(transfer.puts.length, 4);
  store.files.uploads.cancel(store.get("uploads")[0].key);
  await settle();
  assert.equal(transfer.puts.length, 5);
});

test("what broke off with the connection goes on with it", async () => {
  const { store, socket, server, time, transfer } = await withFiles();
  store.files.add([file()]);
  store.send();
  socket.cut();
  transfer.last.lose();
  await settle();
  assert.equal(store.get("messages")[0].state, "pending");
  await socket.connect();
  await time.pass(10);
  assert.equal(transfer.puts.length, 2);
  transfer.last.arrive();
  await time.pass(10);
  assert.deepEqual(sent(server), [["", ["f2"]]]);
});

test("a message whose file failed says so, and goes when trying again helps", async () => {
  const { store, server, time, transfer } = await withFiles();
  store.files.add([file()]);
  store.send();
  transfer.last.refuse(507, "There is no room left.");
  await settle();
  const [row] = store.get("messages");
  assert.deepEqual([row.state, row.error], ["failed", "There is no room left."]);
  store.retry(row.key);
  assert.equal(store.get("messages")[0].state, "pending");
  transfer.last.arrive();
  await time.pass(10);
  assert.deepEqual(sent(server), [["", ["f2"]]]);
});

test("throwing a waiting message away cancels its files", async () => {
  const { store, transfer } = await withFiles();
  store.files.add([file(), file("b.png")]);
  store.send();
  transfer.puts[0].arrive();
  await settle();
  store.discard(store.get("messages")[0].key);
  assert.deepEqual(store.get("messages"), []);
  assert.equal(transfer.puts[1].aborted, true);
  assert.deepEqual(transfer.discarded, ["f1"]);
  assert.equal(transfer.previews.size, 0);
});

test("after a reload a message without its files says what to do", async () => {
  const storage = new FakeStorage();
  const transfer = new Transfer();
  const { store, server, time, socket } = await world({ transfer, storage });
  store.files.add([file()]);
  store.setDraft("words stay");
  store.send();
  socket.cut();
  store.stop();
  const again = device({ server, time, storage, transfer, me: "ann", room: "r1" });
  await again.socket.connect();
  await time.pass(100);
  const [row] = again.store.get("messages");
  assert.deepEqual([row.text, row.state], ["words stay", "failed"]);
  assert.match(row.error, /Attach it again/);
  again.store.retry(row.key);
  assert.equal(again.store.get("messages")[0].state, "failed");
});

test("a voice message goes by itself and leaves the draft alone", async () => {
  const { store, server, time, transfer } = await withFiles();
  store.setDraft("half a sent");
  store.files.add([file("later.png")]);
  store.files.send("r1", { ...file("voice.webm", 900, "audio/webm"), duration: 2.5 });
  assert.equal(store.get("draft"), "half a sent");
  assert.deepEqual(chips(store).map(([name]) => name), ["later.png"]);
  transfer.puts.find(({ source }) => source.name === "voice.webm").arrive();
  await time.pass(10);
  assert.equal(server.rooms.get("r1").messages.length, 1);
});

test("each room has its own files", async () => {
  const { store } = await withFiles();
  store.files.add([file()]);
  store.setLocation({ room: "r2" });
  assert.deepEqual(chips(store), []);
  store.setLocation({ room: "r1" });
  assert.equal(chips(store).length, 1);
});

test("what is shown in place, and how much room is kept for it", () => {
  const kinds = { "image/png": "file", "video/mp4": "video", "video/quicktime": "file", "audio/webm": "audio", "audio/midi": "file", "text/html": "file", "image/svg+xml": "file" };
  for (const [mediaType, show] of Object.entries(kinds)) assert.equal(showAs({ mediaType, thumbnailUrl: null }), show);
  assert.equal(showAs({ mediaType: "image/png", thumbnailUrl: "/x" }), "image");
  assert.deepEqual(reserved({ width: 1000, height: 500 }), { width: 340, height: 170 });
  assert.deepEqual(reserved({ width: 100, height: 50 }), { width: 100, height: 50 });
  assert.deepEqual(reserved({ width: 500, height: 5000 }), { width: 38, height: 380 });
  assert.deepEqual(reserved({ width: 9000, height: 1 }), { width: 340, height: 1 });
  assert.deepEqual(reserved({}), { width: 340, height: 191 });
});
