// Prints every snapshot of a store, rendered ahead, before the server has answered, and in the middle of talk.
// tests/ui/test_live_vars.py holds them against the classes of chatbeside/ui/live.

import { EMPTY } from "../../assets/live/views.js";
import { FakeTime, ModelServer, device, world } from "./fakes.js";

const NAMES = ["me", "connection", "rooms", "room", "messages", "message_groups", "timeline", "composer", "totals", "finds"];
const all = (store) => Object.fromEntries(NAMES.map((name) => [name, name === "rooms" ? store.get(name, "all") : store.get(name)]));

const ahead = Object.fromEntries(NAMES.map((name) => [name, EMPTY[name]]));

const time = new FakeTime();
const early = device({ time, server: new ModelServer(time), room: "r1" });
const waiting = all(early.store);
early.store.stop();

const { store, server, socket, time: clock } = await world({ messages: 2 });
const file = { _id: "f", name: "a.png", mediaType: "image/png", size: 10, width: null, height: null, duration: null, url: "/api/files/f", thumbnailUrl: null };
server.send("r1", "ann", "an answer", { clientId: "x", replyTo: "r1-m1" });
server.change("r1", 2, { reactions: { "👍": ["ben"] }, attachments: [file] });
const poll = { question: "Lunch?", answers: ["yes", "no"], closedAt: null, closedBy: null };
server.send("r1", "ann", "Lunch?", { clientId: "p", data: { poll } });
server.send("r1", "ben", "call", { messageType: "call" });
server.remove("r1", 1);
store.replyTo("r1-m2");
store.setDraft("text");
await clock.pass(10);
socket.cut();
store.send();
store.setDraft("more");
store.replyTo("r1-m2");
await clock.pass(3000);
const talking = all(store);
store.stop();

console.log(JSON.stringify({ ahead, waiting, talking }));
