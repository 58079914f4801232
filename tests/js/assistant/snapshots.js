// Prints every snapshot of the assistant's store; tests/ui/test_assistant_vars.py holds them against the Python classes.

import { EMPTY } from "../../../assets/assistant/store.js";
import { make, piece, settle } from "./fakes.js";

const { live, store } = make();
live.hear("ready", {});
await settle();
const sources = [{ n: 1, message: "m1", room: "d", seq: 1, who: "ann", place: "plans", state: "" }];
const message = { _id: "a", clientId: "t", room: "r", rev: 2, content: "Yes [1]", data: { assistant: { asker: "me", again: true, note: null, sources, read: 3 } } };
live.timelines.set("r", { messages: [message], get: (id) => (id === "a" ? message : undefined) });
live.hear("assistant stream", piece(1, 0, "So"));
live.command({ room: "r", content: "/nothing" });
live.draft = "/";
const told = { answer: store.get("answer", "a"), streams: store.get("streams"), stream: store.get("stream", "s"), completion: store.get("completion"), notice: store.get("notice"), status: store.get("status") };
console.log(JSON.stringify({ ahead: EMPTY, told }));
