// The server's side of calls, as far as browsers see it; and pages of people that are connected to it.

import { CallPeer } from "../../../assets/calls/core.js";
import { CallStore } from "../../../assets/calls/store.js";
import { FakeConnection, FakeMedia, FakeStream, FakeTimers, digests, settle } from "./fakes.js";

export class FakeStorage {
  #kept = new Map();
  getItem = (key) => this.#kept.get(key) ?? null;
  setItem = (key, value) => void this.#kept.set(key, value);
  removeItem = (key) => void this.#kept.delete(key);
}

export class FakeServer {
  timers = new FakeTimers();
  calls = new Map();
  signals = new Map();
  pages = [];
  asked = [];
  recordings = new Map();
  #names = 0;
  #gates = new Map();

  /** A page of somebody. Give `like` a page that is gone to load it anew. */
  async page(user, { like, connected = true, makePeer } = {}) {
    this.#names += 1;
    const page = {
      user,
      device: like?.device ?? `${user}-${this.#names}`,
      memory: like?.memory ?? new FakeStorage(),
      kept: like?.kept ?? new FakeStorage(),
      media: new FakeMedia(),
      tones: [],
      opened: [],
      online: false,
    };
    const note = (tone) => () => void page.tones.push(tone);
    page.store = new CallStore({
      request: (event, data) => this.#request(page, event, data),
      me: () => user,
      people: { name: (id) => id, picture: (id) => `/${id}.svg` },
      device: page.device,
      newPage: () => `page-${(this.#names += 1)}`,
      makePeer: makePeer ?? ((options) =>
        new CallPeer({ ...options, RTC: FakeConnection, Stream: FakeStream, media: page.media, timers: this.timers, clock: this.timers, newId: () => `s${(this.#names += 1)}`, subtle: digests })),
      fetchIce: async () => [],
      media: page.media,
      timers: this.timers,
      tones: { ring: note("ring"), wait: note("wait"), stop: note("stop"), test: note("test") },
      memory: page.memory,
      kept: page.kept,
      openRoom: (room) => page.opened.push(room),
      Stream: FakeStream,
    });
    this.pages.push(page);
    if (connected) await this.connect(page);
    return page;
  }

  async connect(page) {
    page.online = true;
    const call = [...this.calls.values()].find((each) => each.state !== "ended" && [each.caller, each.callee].includes(page.user));
    page.store.hear("ready", { call: call ? { ...call } : null });
    await this.flow();
  }

  disconnect(page) {
    page.online = false;
  }

  /** The page is closed or loaded anew. */
  leave(page) {
    page.store.hide();
    page.online = false;
    this.pages.splice(this.pages.indexOf(page), 1);
  }

  /** Let everything run that can, without time passing. */
  async flow() {
    for (let i = 0; i < 12; i += 1) await settle();
  }

  change(call, change, event) {
    Object.assign(call, change, { version: call.version + 1 });
    this.#tell(call, event);
  }

  end(call, reason, event = "call end") {
    this.signals.delete(call._id);
    this.change(call, { state: "ended", reason, endedAt: new Date(this.timers.time).toISOString() }, event);
  }

  #tell(call, event) {
    for (const page of this.pages) if (page.online && [call.caller, call.callee].includes(page.user)) page.store.hear(event, { ...call });
  }

  /** The next request of this name, or the answer to it, is under way until the function that is returned is called. */
  gate(event, what) {
    let go;
    this.#gates.set(`${what} ${event}`, new Promise((done) => (go = done)));
    return go;
  }

  /** Resolves when a request of this name is under way. */
  async sent(event) {
    while (!this.asked.some(([, asked]) => asked === event)) await null;
  }

  async #passed(event, what) {
    const gate = this.#gates.get(`${what} ${event}`);
    this.#gates.delete(`${what} ${event}`);
    await gate;
  }

  async #request(page, event, data) {
    this.asked.push([page.user, event, data]);
    await settle();
    await this.#passed(event, "request");
    if (!page.online) throw new Error("There is no connection.");
    const answer = this.#answer(page, event, data);
    await this.#passed(event, "answer");
    return answer;
  }

  #answer(page, event, data) {
    if (event === "audio call" || event === "video call") return this.#begin(page, event, data);
    const call = this.calls.get(data.call);
    if (!call) return { error: { code: "not_found", message: "none" } };
    const kept = this.signals.get(call._id) ?? { [call.caller]: [], [call.callee]: [] };
    const other = page.user === call.caller ? call.callee : call.caller;
    const holds = (page.user === call.caller ? call.callerDevice : call.calleeDevice) === data.device;
    const join = () => ({ call: { ...call }, signals: holds ? [...kept[other]] : [] });
    switch (event) {
      case "call accept":
        if (call.state !== "ringing") return { error: { code: "conflict", message: "This call is over." } };
        this.change(call, { state: "connecting", calleeDevice: data.device }, "call accept");
        return { call: { ...call }, signals: [...kept[other]] };
      case "call join":
        return join();
      case "call decline":
        if (call.state === "ringing") this.end(call, "declined", "call decline");
        break;
      case "call connected":
        if (call.state === "connecting") this.change(call, { state: "active", activeAt: new Date(this.timers.time).toISOString() }, "call changed");
        break;
      case "call end":
        if (call.state === "ringing" && !data.failed) this.end(call, "cancelled");
        else if (call.state === "connecting" || call.state === "active") this.end(call, data.failed ? "failed" : "hung_up");
        break;
      case "call record":
        return this.#record(page, call, data.on);
      case "call forward":
        return this.recordings.get(call._id)?.state === "on" ? { answer: "answer" } : { error: { code: "conflict", message: "This call is not recorded." } };
      case "call signal": {
        if (call.state === "ended") return { error: { code: "conflict", message: "over" } };
        const copy = JSON.parse(JSON.stringify({ n: data.n, data: data.data }));
        kept[page.user].push(copy);
        const device = page.user === call.caller ? call.calleeDevice : call.callerDevice;
        for (const each of this.pages) if (each.online && each.user === other && each.device === device) each.store.hear("call signal", { call: call._id, ...copy, sender: page.user });
        return { n: data.n };
      }
    }
    return { call: { ...call } };
  }

  #record(page, call, on) {
    if (call.state !== "active") return { error: { code: "conflict", message: "Only while two people talk." } };
    const now = this.recordings.get(call._id) ?? { call: call._id, state: "off", by: "", why: "" };
    const mine = now.by === page.user;
    if (on && now.state === "off") this.tellRecording(call, { state: "asked", by: page.user, why: "" });
    else if (on && now.state === "asked" && !mine) this.tellRecording(call, { ...now, state: "on" });
    else if (on === false && now.state !== "off") this.tellRecording(call, { ...now, state: "off", why: now.state === "on" ? "stopped" : mine ? "withdrawn" : "declined" });
    return { recording: this.recordings.get(call._id) ?? now };
  }

  tellRecording(call, news) {
    this.recordings.set(call._id, { ...news, call: call._id });
    for (const page of this.pages) if (page.online && [call.caller, call.callee].includes(page.user)) page.store.hear("call recording", this.recordings.get(call._id));
  }

  #begin(page, event, { room, device }) {
    const callee = room.split("-").find((name) => name !== page.user);
    const busy = [...this.calls.values()].some((each) => each.state !== "ended" && [each.caller, each.callee].some((id) => id === callee || id === page.user));
    if (busy) return { error: { code: "busy", message: `${callee} is in another call.` } };
    const call = {
      _id: `c${this.calls.size}`, kind: event.slice(0, 5), room, caller: page.user, callee, callerDevice: device, calleeDevice: null,
      state: "ringing", reason: null, activeAt: null, endedAt: null, version: 1,
    };
    this.calls.set(call._id, call);
    this.signals.set(call._id, { [call.caller]: [], [call.callee]: [] });
    this.#tell(call, event);
    return { call: { ...call } };
  }
}
