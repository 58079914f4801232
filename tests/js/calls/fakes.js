// A small world without a browser: devices, connections that negotiate by the rules of JSEP, a clock that is moved by
// hand, and a wire between two pages that loses, doubles and reorders.

import { createHash } from "node:crypto";

/** The browser's digest works on another thread; this one is done within a turn of the loop. */
export const digests = { digest: async (_, data) => new Uint8Array(createHash("sha256").update(data).digest()).buffer };

export class FakeTimers {
  time = 0;
  #jobs = new Map();
  #id = 0;
  now = () => this.time;
  setTimeout = (work, wait = 0) => {
    this.#id += 1;
    this.#jobs.set(this.#id, { at: this.time + wait, work });
    return this.#id;
  };
  clearTimeout = (id) => this.#jobs.delete(id);

  get pending() {
    return this.#jobs.size;
  }

  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const due = [...this.#jobs].filter(([, job]) => job.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#jobs.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].work();
    }
    this.time = end;
    await settle();
  }
}

/** Let everything that is ready run. */
export async function settle() {
  for (let i = 0; i < 5; i += 1) await new Promise((done) => setImmediate(done));
}

export class FakeTrack extends EventTarget {
  static live = new Set();
  enabled = true;
  readyState = "live";
  constructor(kind, label = kind) {
    super();
    this.kind = kind;
    this.label = label;
    FakeTrack.live.add(this);
  }
  stop() {
    this.readyState = "ended";
    FakeTrack.live.delete(this);
  }
  /** What happens when the device is pulled out or the browser's own button is pressed. */
  end() {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
}

export class FakeStream {
  #tracks;
  constructor(tracks = []) {
    this.#tracks = tracks;
  }
  getTracks = () => this.#tracks;
  getAudioTracks = () => this.#tracks.filter((track) => track.kind === "audio");
  getVideoTracks = () => this.#tracks.filter((track) => track.kind === "video");
}

export class FakeMedia extends EventTarget {
  asked = [];
  /** What to throw, per kind: `audio`, `video`, `display`. */
  errors = {};
  hold = null;
  #gates = null;

  /** From now on every request waits; returns the list of functions that let them go, in the order of the requests. */
  gate() {
    this.#gates = [];
    return this.#gates;
  }

  async getUserMedia(constraints) {
    this.asked.push(constraints);
    if (this.hold) await this.hold;
    if (this.#gates) await new Promise((go) => this.#gates.push(go));
    for (const kind of ["audio", "video"]) if (constraints[kind] && this.errors[kind]) throw named(this.errors[kind]);
    return new FakeStream(
      ["audio", "video"].filter((kind) => constraints[kind]).map((kind) => new FakeTrack(kind, constraints[kind].deviceId?.exact ?? kind)),
    );
  }

  async getDisplayMedia() {
    if (this.errors.display) throw named(this.errors.display);
    return new FakeStream([new FakeTrack("video", "screen")]);
  }
}

export function named(name) {
  return Object.assign(new Error(name), { name });
}

let connections = 0;

/** An RTCPeerConnection of which two, when each has taken the other's description and a candidate, are connected. */
export class FakeConnection extends EventTarget {
  static all = [];
  static blocked = false;

  signalingState = "stable";
  connectionState = "new";
  iceConnectionState = "new";
  localDescription = null;
  remoteDescription = null;
  candidates = [];
  onnegotiationneeded = null;
  onicecandidate = null;
  #lanes = [];
  #restart = false;
  #needed = false;
  #before = null;
  #rounds = 0;

  constructor(configuration) {
    super();
    connections += 1;
    this.id = connections;
    this.configuration = configuration;
    this.ufrag = `${this.id}.0`;
    FakeConnection.all.push(this);
  }

  addTransceiver(kind, { direction }) {
    const lane = this.#lane(kind, direction);
    this.#check();
    return lane;
  }

  iceGatheringState = "complete";
  getTransceivers = () => [...this.#lanes];
  getReceivers = () => this.#lanes.map(({ receiver }) => receiver);

  #lane(kind, direction) {
    const connection = this;
    const lane = {
      kind,
      receiver: { track: new FakeRemoteTrack(kind), getSynchronizationSources: () => connection.sources ?? [] },
      sender: { track: null, replaceTrack: async (track) => void (lane.sender.track = track) },
      agreed: null,
      get direction() {
        return direction;
      },
      set direction(value) {
        direction = value;
        connection.#check();
      },
    };
    this.#lanes.push(lane);
    return lane;
  }

  restartIce() {
    this.#restart = true;
    this.#check();
  }

  #check() {
    if (this.#needed) return;
    this.#needed = true;
    queueMicrotask(() => {
      this.#needed = false;
      if (this.signalingState !== "stable") return;
      const changed = this.#restart || this.#lanes.some((lane) => lane.agreed !== lane.direction);
      if (changed) this.onnegotiationneeded?.();
    });
  }

  async setLocalDescription() {
    await null;
    if (this.signalingState === "closed") throw named("InvalidStateError");
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    if (this.#restart && type === "offer") {
      this.#rounds += 1;
      this.ufrag = `${this.id}.${this.#rounds}`;
    }
    this.#before ??= { local: this.localDescription, remote: this.remoteDescription };
    const lanes = this.#lanes.map((lane) => `m=${lane.kind} ${lane.direction} ${lane.sender.track?.label ?? "-"}`);
    const sdp = [`v=0`, `o=${this.id}`, `a=fingerprint:sha-256 ${hex(this.id)}`, `a=ice-ufrag:${this.ufrag}`, ...lanes].join("\n");
    this.localDescription = { type, sdp };
    this.#state(type === "offer" ? "have-local-offer" : "stable");
    if (type === "answer") this.#agreed();
    // As in browsers, candidates come in a later task than the end of this one.
    setImmediate(() => this.signalingState !== "closed" && this.onicecandidate?.({ candidate: { candidate: `udp ${this.ufrag}`, ufrag: this.ufrag } }));
  }

  async setRemoteDescription(description) {
    await null;
    if (this.signalingState === "closed") throw named("InvalidStateError");
    if (description.type === "offer") {
      if (this.signalingState === "have-local-offer") this.localDescription = this.#before?.local ?? null; // rollback
      this.#before = { local: this.localDescription, remote: this.remoteDescription };
      for (const kind of this.#kinds(description)) if (!this.#lanes.some((lane) => lane.kind === kind)) this.#lane(kind, "recvonly");
      this.remoteDescription = description;
      this.#state("have-remote-offer");
    } else {
      if (this.signalingState !== "have-local-offer") throw named("InvalidStateError");
      this.remoteDescription = description;
      this.#state("stable");
      this.#agreed();
    }
  }

  async addIceCandidate(candidate) {
    await null;
    if (!this.remoteDescription) throw named("InvalidStateError");
    if (!this.remoteDescription.sdp.includes(`a=ice-ufrag:${candidate.ufrag}`)) throw named("OperationError");
    this.candidates.push(candidate);
    this.#connect();
  }

  #kinds(description) {
    return [...description.sdp.matchAll(/^m=(\w+)/gm)].map((match) => match[1]);
  }

  #agreed() {
    this.#before = null;
    this.#restart = false;
    for (const lane of this.#lanes) lane.agreed = lane.direction;
    this.#connect();
    this.#check();
  }

  #connect() {
    if (FakeConnection.blocked || this.signalingState !== "stable" || !this.remoteDescription) return;
    const ufrag = this.remoteDescription.sdp.match(/a=ice-ufrag:(\S+)/)[1];
    if (this.candidates.some((candidate) => candidate.ufrag === ufrag)) this.turn("connected");
  }

  #state(state) {
    this.signalingState = state;
    this.dispatchEvent(new Event("signalingstatechange"));
  }

  /** Become connected, disconnected or failed. */
  turn(state) {
    if (this.signalingState === "closed" || this.connectionState === state) return;
    this.connectionState = state;
    this.iceConnectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  getStats = async () => new Map();

  close() {
    this.signalingState = "closed";
    this.connectionState = "closed";
  }

  /** The labels of the tracks that run on the lanes that both agreed on. */
  sends = () => Object.fromEntries(this.#lanes.map((lane) => [lane.kind, lane.agreed === "sendrecv" ? (lane.sender.track?.label ?? null) : null]));
}

class FakeRemoteTrack extends EventTarget {
  constructor(kind) {
    super();
    this.kind = kind;
  }
}

function hex(id) {
  return Array.from({ length: 4 }, (_, i) => ((id * 37 + i) % 256).toString(16).padStart(2, "0")).join(":");
}

/** A wire that a test can make bad. Keeps all signals as the server does, and replays them. */
export class Wire {
  kept = { ann: [], ben: [] };
  ends = {};
  queue = [];
  mangle = (deliveries) => deliveries;

  send(from, n, data) {
    const copy = JSON.parse(JSON.stringify(data));
    this.kept[from].push({ n, data: copy });
    this.queue.push({ to: from === "ann" ? "ben" : "ann", n, data: copy });
  }

  /** Deliver until nothing is under way. */
  async flow() {
    for (let round = 0; round < 100; round += 1) {
      await settle();
      if (!this.queue.length) return;
      for (const { to, n, data } of this.mangle(this.queue.splice(0))) this.ends[to]?.receive(n, data);
    }
    throw new Error("the two never come to rest");
  }

  replay(to) {
    this.ends[to].replay(this.kept[to === "ann" ? "ben" : "ann"]);
  }
}
