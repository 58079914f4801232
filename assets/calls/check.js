// The test of devices and connection: six findings, each with a state and words that say what to do. Knows no framework,
// no page and no socket; `checkhooks.js` gives it to React.

import { share } from "../live/share.js";
import { Choices } from "./choices.js";
import { adviceFor, openDevices } from "./devices.js";
import { callEcho, readBack, tryRelay } from "./paths.js";

/** How long a test runs, in milliseconds; the server's echo lasts a little longer. */
export const RUNS_FOR = 90_000;
const PATIENCE = 6000;
const LOOK_EVERY = 500;
const LOUD = 0.25;
const LOUD_TIMES = 3;
const HEARD_BACK = 1e-4;

const FINDINGS = ["microphone", "camera", "speaker", "echo", "direct", "relay"];
const ASK_ADMIN = "Ask whoever runs this server";

const finding = (state, text) => ({ state, text });
const IDLE = finding("idle", "");

const nothing = () => Object.fromEntries(FINDINGS.map((name) => [name, IDLE]));

/** What there is to see before a test. Findings are `idle`, `busy`, `ask` (a person must say), `ok`, `bad` or `off`. */
export const NO_CHECK = Object.freeze({
  phase: "ready", // ready | running | over
  title: "", good: false, picture: false, played: false, blocked: false, ...nothing(),
  microphones: Object.freeze([]), cameras: Object.freeze([]), speakers: Object.freeze([]),
  chosen_microphone: "", chosen_camera: "", chosen_speaker: "",
});

export class DeviceCheck {
  /**
   * @param media `navigator.mediaDevices`. @param RTC RTCPeerConnection. @param Stream MediaStream.
   * @param open `(sdp) => Promise` of `{leg, answer}` or `{problem}`: begins an echo call on the server.
   * @param close `(leg) => void`: ends it. @param fetchIce Resolves to the ICE servers. @param tones `{test(speaker)}`.
   * @param memory Keeps the chosen devices: a Storage or undefined.
   */
  constructor({ media, open, close, fetchIce, tones, memory, timers = globalThis, RTC = globalThis.RTCPeerConnection, Stream = globalThis.MediaStream }) {
    this.#media = media;
    this.#make = { RTC, Stream };
    this.#server = { open, close, fetchIce };
    this.#tones = tones;
    this.#timers = { setTimeout: (...args) => timers.setTimeout(...args), clearTimeout: (id) => timers.clearTimeout(id) };
    this.#choices = new Choices({ media, memory, changed: () => this.#show() });
    this.view = this.#look();
  }

  /** What the page's elements play: the own picture, the microphone, and what comes back; streams or null. */
  picture = null;
  sound = null;
  echo = null;

  #media;
  #make;
  #server;
  #tones;
  #timers;
  #choices;
  #listeners = new Set();
  #phase = "ready";
  #findings = nothing();
  #played = false;
  #blocked = false;
  #loud = 0;
  #tracks = [];
  #leg = "";
  #pc = null;
  #run = null;
  #pending = new Set();

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Look which devices there are, without asking for any. */
  look() {
    return this.#choices.look();
  }

  /** Begin, or begin again. Must run inside a click, so that the browser may ask and sound may play. */
  async start() {
    this.#end();
    const run = new AbortController();
    this.#run = run;
    this.#phase = "running";
    this.#played = this.#blocked = false;
    this.#loud = 0;
    this.#findings = Object.fromEntries(FINDINGS.map((name) => [name, finding("busy", "")]));
    this.#find("speaker", "ask", "Play the tone. Did you hear it?");
    this.#later(() => this.stop(), RUNS_FOR);
    const { microphoneId, cameraId } = this.#choices.ids;
    const found = await openDevices(this.#media, { microphone: true, camera: true, microphoneId, cameraId });
    const tracks = [found.microphone, found.camera].filter(Boolean);
    if (run.signal.aborted) {
      for (const track of tracks) track.stop();
      return;
    }
    this.#tracks = tracks;
    this.sound = found.microphone ? new this.#make.Stream([found.microphone]) : null;
    this.picture = found.camera ? new this.#make.Stream([found.camera]) : null;
    this.#choices.look();
    this.#device("microphone", found, "Say something…", "Nothing is heard. Is the microphone muted? Say something, or choose another one.");
    this.#device("camera", found, "Waiting for a picture…", "The camera gives no picture. Is it covered, or used by another program?");
    this.#show();
    await this.#paths(run.signal);
  }

  /** End it and let go of every device; the findings stay. */
  stop() {
    if (this.#phase !== "running") return;
    this.#end();
    this.#phase = "over";
    for (const name of FINDINGS) if (this.#findings[name].state === "busy") this.#find(name, "off", "Not tried to the end.");
    this.#show();
  }

  /** The microphone is this loud now, 0 to 1. */
  level(level) {
    if (level >= LOUD && this.#phase === "running" && this.#findings.microphone.state !== "ok") {
      this.#loud += 1;
      if (this.#loud >= LOUD_TIMES) this.#find("microphone", "ok", "You are heard.");
    }
  }

  /** The own picture runs. */
  seen() {
    if (this.#phase === "running") this.#find("camera", "ok", "Your camera gives a picture.");
  }

  /** Play a tone on the chosen speaker. */
  play() {
    this.#tones.test(this.#choices.chosen.speaker);
    this.#played = true;
    this.#show();
  }

  /** The person says whether the tone was heard. */
  heard(yes) {
    if (yes) this.#find("speaker", "ok", "You hear the speaker.");
    else this.#find("speaker", "bad", "Turn up the volume of this device, look whether headphones are plugged in, or choose another speaker.");
  }

  /** The browser waits for a click before it plays what comes back. */
  setBlocked(blocked) {
    this.#blocked = Boolean(blocked);
    this.#show();
  }

  /** Use this device from now on, in calls too; the test begins again with it. */
  use(device, id) {
    this.#choices.choose({ [device]: id });
    if (device !== "speaker" && this.#phase === "running") this.start();
  }

  /** The report of the browser on the echo call, for whoever wants to know more. */
  stats() {
    return this.#pc?.getStats() ?? Promise.resolve(new Map());
  }

  // ------------------------------------------------------------ findings

  #device(name, found, waiting, nothing) {
    if (!found[name]) {
      this.#find(name, "bad", adviceFor(name, found.problems[name]));
      return;
    }
    this.#find(name, "busy", waiting);
    this.#later(() => this.#findings[name].state === "busy" && this.#find(name, "bad", nothing), PATIENCE);
  }

  async #paths(signal) {
    let iceServers;
    try {
      iceServers = await this.#server.fetchIce();
    } catch {
      iceServers = null;
    }
    if (signal.aborted) return;
    if (!iceServers) {
      for (const name of ["echo", "direct", "relay"]) this.#find(name, "bad", "The server cannot be reached. Try again in a moment.");
      return;
    }
    await Promise.all([this.#tryEcho(iceServers, signal), this.#tryRelay(iceServers, signal)]);
  }

  async #tryRelay(iceServers, signal) {
    const relays = iceServers.filter(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
    if (!relays.length) {
      this.#find("relay", "off", `Not set up here. Behind strict firewalls calls may fail: ${ASK_ADMIN.toLowerCase()} for a relay (TURN).`);
      return;
    }
    const works = await tryRelay({ RTC: this.#make.RTC, iceServers: relays, timers: this.#timers, signal }).catch(() => false);
    if (signal.aborted) return;
    if (works) this.#find("relay", "ok", "Works. Calls get through even where firewalls are strict.");
    else this.#find("relay", "bad", `No answer from the relay. ${ASK_ADMIN} to look at the TURN server; until then calls may fail behind strict firewalls.`);
  }

  async #tryEcho(iceServers, signal) {
    const { RTC, Stream } = this.#make;
    const { open } = this.#server;
    const tracks = [...this.#tracks];
    const call = await callEcho({ RTC, Stream, iceServers, tracks, open, timers: this.#timers, signal }).catch(() => null);
    if (call?.leg && signal.aborted) this.#server.close(call.leg);
    if (signal.aborted) return;
    this.#leg = call?.leg ?? "";
    if (!call?.connected) {
      const blocked = `No way was found to the server. A firewall may hold back sound and picture (UDP). ${ASK_ADMIN}.`;
      this.#find("direct", "bad", call?.problem || blocked);
      this.#find("echo", "bad", call?.problem || "Nothing comes back, because there is no connection.");
      return;
    }
    const hears = tracks.some((track) => track.kind === "audio");
    this.echo = call.sound;
    if (hears) this.#find("echo", "busy", "Say something. You hear yourself a second later.");
    else this.#find("echo", "off", "Needs a microphone.");
    this.#pc = call.pc;
    await this.#measure(call.pc, hears, signal);
  }

  /** Look again and again at what comes back, until everything is known. */
  async #measure(pc, hears, signal) {
    const reading = await readBack(pc).catch(() => null);
    if (signal.aborted) return;
    if (reading && this.#findings.direct.state === "busy") this.#tellWay(reading);
    const energy = reading?.audioEnergy ?? 0;
    if (hears && energy > HEARD_BACK) this.#find("echo", "ok", "Your voice comes back from the server.");
    else if (hears) this.#later(() => this.#measure(pc, hears, signal), LOOK_EVERY);
  }

  #tellWay({ relayed, roundTrip }) {
    const took = roundTrip ? ` Packets take ${Math.max(1, Math.round(roundTrip * 1000))} ms there and back.` : "";
    if (relayed) this.#find("direct", "bad", `No direct way to the server was found, but the relay carries calls.${took}`);
    else this.#find("direct", "ok", `Sound and picture find a direct way.${took}`);
  }

  #find(name, state, text) {
    this.#findings = { ...this.#findings, [name]: finding(state, text) };
    this.#show();
  }

  // ------------------------------------------------------------ ends

  #later(work, wait) {
    const timer = this.#timers.setTimeout(() => {
      this.#pending.delete(timer);
      work();
    }, wait);
    this.#pending.add(timer);
  }

  #end() {
    this.#run?.abort();
    this.#run = null;
    for (const timer of this.#pending) this.#timers.clearTimeout(timer);
    this.#pending.clear();
    for (const track of this.#tracks.splice(0)) track.stop();
    if (this.#leg) this.#server.close(this.#leg);
    this.#leg = "";
    this.sound = this.picture = this.echo = this.#pc = null;
  }

  // ------------------------------------------------------------ how it looks

  #show() {
    // Listeners hear it even when the view is the same: a stream may be another one.
    this.view = share(this.view, this.#look());
    for (const listener of [...this.#listeners]) listener();
  }

  #look() {
    const { chosen, devices } = this.#choices;
    return {
      ...NO_CHECK,
      ...this.#findings,
      ...summary(this.#phase, Object.values(this.#findings)),
      phase: this.#phase,
      picture: this.picture !== null,
      played: this.#played,
      blocked: this.#blocked,
      ...devices,
      chosen_microphone: chosen.microphone,
      chosen_camera: chosen.camera,
      chosen_speaker: chosen.speaker,
    };
  }
}

/** The whole in a line. */
function summary(phase, findings) {
  const bad = findings.filter(({ state }) => state === "bad").length;
  const open = findings.some(({ state }) => state === "busy" || state === "ask");
  if (phase === "ready") return { title: "", good: false };
  if (bad) return { title: bad === 1 ? "One thing does not work" : `${bad} things do not work`, good: false };
  if (open && phase === "running") return { title: "Trying…", good: false };
  return open ? { title: "So far everything works", good: true } : { title: "Everything works", good: true };
}
