// One side of one call: devices, negotiation, recovery, statistics, and a snapshot that says how things are. Knows no
// framework and no socket: signals go out through `send` and come in through `receive`.
//
// The caller's side offers. Each connection it opens is a session with a name; the callee's side follows. A callee whose
// page was loaded anew says hello under a new name, and the caller opens a new session. So either side can come back.

import { securityCode } from "./code.js";
import { problemOf } from "./devices.js";
import { Inbox } from "./inbox.js";
import { Link } from "./link.js";
import { Pulse } from "./pulse.js";
import { ServerLink } from "./serverlink.js";
import { cleanState, NEW } from "./state.js";
import { OwnTracks } from "./tracks.js";

const RESTART_AFTER = 2000;
const RESTART_EVERY = 6000;
const GIVE_UP_AFTER = 35_000;

export class CallPeer {
  /**
   * @param offers Whether this is the caller's side. @param page The name of this page, new with every load.
   * @param iceServers As `GET /api/calls/ice` gives them. @param send `(n, data)`: to the other side, in order.
   * @param missing Called when a signal seems lost: fetch a replay. @param onConnected Once, when media first flows.
   * @param onFailed When there is no way to the other side. @param onError With what should not happen.
   * @param RTC RTCPeerConnection. @param Stream MediaStream. @param media `navigator.mediaDevices`.
   */
  constructor({
    offers, page, send, iceServers = [], relayOnly = false, missing = () => {}, onConnected = () => {}, onFailed = () => {},
    onError = (error) => console.error(error), RTC = globalThis.RTCPeerConnection, Stream = globalThis.MediaStream,
    media = globalThis.navigator?.mediaDevices, timers = globalThis, clock = Date, newId = () => crypto.randomUUID(), subtle = globalThis.crypto?.subtle,
  }) {
    this.offers = offers;
    this.page = page;
    this.#send = send;
    this.#configuration = { iceServers, bundlePolicy: "max-bundle", iceTransportPolicy: relayOnly ? "relay" : "all" };
    this.#on = { connected: onConnected, failed: onFailed, error: onError };
    this.#make = { RTC, Stream, newId, subtle };
    this.#media = media;
    this.#tracks = new OwnTracks({ media, changed: (name) => this.#trackChanged(name), lost: (name) => this.#lost(name) });
    this.#timers = { setTimeout: (...args) => timers.setTimeout(...args), clearTimeout: (id) => timers.clearTimeout(id) };
    this.#inbox = new Inbox({ take: (data) => this.#later(() => this.#take(data)), missing, timers: this.#timers });
    this.#pulse = new Pulse({ timers: this.#timers, clock, link: () => this.#link, changed: (news) => this.#set(news) });
  }

  snapshot = NEW;

  #send;
  #configuration;
  #on;
  #make;
  #media;
  #timers;
  #inbox;
  #pulse;
  #listeners = new Set();
  #n = 0;
  #queue = Promise.resolve();
  #link = null;
  #dead = new Set();
  #otherPage = null;
  #tracks;
  #chosen = { microphoneId: "", cameraId: "" };
  #wasConnected = false;
  #restartTimer = null;
  #giveUpTimer = null;
  #gone = new AbortController();
  #codeOf = "";
  #exchange = null;

  get closed() {
    return this.snapshot.status === "closed";
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Say hello and begin, with whatever devices there are; nothing of it rejects when there are none. */
  async start({ microphone = true, camera = false, microphoneId = "", cameraId = "" } = {}) {
    this.#chosen = { microphoneId, cameraId };
    this.#set({ status: "connecting" });
    await this.#tracks.open({ microphone, camera, ...this.#chosen });
    if (this.closed) return;
    // The other side may have been faster than the devices: then there are lanes already.
    this.#later(() => this.#carryPicture());
    this.#watchDevices();
    this.#say({ hello: true, state: this.#state() });
    if ((this.offers || this.#exchange) && !this.#link) this.#open();
  }

  receive(n, data) {
    if (!this.closed && data && typeof data === "object") this.#inbox.receive(n, data);
  }

  /** Take what the server has kept, as `[{n, data}]` in its order. */
  replay(signals) {
    if (!this.closed) this.#inbox.replay(signals.filter(({ data }) => data && typeof data === "object"));
  }

  // ------------------------------------------------------------ what a person does

  /** Mute or unmute. Without a microphone yet, unmuting asks for one. */
  async setMuted(muted) {
    if (!muted && !this.#tracks.microphone) await this.#acquire("microphone");
    this.#tracks.mute(muted);
    this.#set({ muted });
    this.#tellState();
  }

  /** Turn the camera on or off; off lets go of the device, so that its light goes out. */
  async setCamera(on) {
    if (on && !this.#tracks.camera) await this.#acquire("camera");
    if (!on) this.#tracks.drop("camera");
    await this.#carryPicture();
    this.#tellState();
  }

  /** Show the screen in place of the camera. Must be called inside a click. Returns whether it is shown now. */
  async shareScreen() {
    let stream;
    try {
      stream = await this.#media.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: false });
    } catch (error) {
      const problem = problemOf(error);
      if (problem !== "denied" && !this.closed) this.#tracks.note("screen", problem);
      return false;
    }
    const [track] = stream.getVideoTracks();
    if (this.closed) {
      track.stop();
      return false;
    }
    track.contentHint = "detail";
    this.#tracks.hold("screen", track);
    await this.#carryPicture();
    this.#tellState();
    return true;
  }

  async stopSharing() {
    this.#tracks.drop("screen");
    await this.#carryPicture();
    this.#tellState();
  }

  /** Say whether the own words are written down, so that the other side knows. */
  setCaptions(on) {
    this.#set({ captions: on });
    this.#tellState();
  }

  /** Use another microphone or camera from now on; `device` is "microphone" or "camera". */
  async useDevice(device, id) {
    this.#chosen[`${device}Id`] = id;
    if (device === "camera" && !this.#tracks.wants("camera")) return;
    await this.#acquire(device);
    if (device === "camera") await this.#carryPicture();
    this.#tellState();
  }

  /** The network changed: look for a new way to the other side, keeping everything else. */
  networkChanged() {
    if (this.#link?.used) this.#restart();
  }

  /** Go through the server, whose answers `exchange(offer)` gives, or with null directly again. */
  route(exchange) {
    if (this.closed || Boolean(exchange) === Boolean(this.#exchange)) return;
    this.#leaveLink();
    this.#exchange = exchange;
    this.#set({ forwarded: Boolean(exchange) });
    if (exchange || this.offers) this.#open();
  }

  /** End it: every device is let go of, whatever comes later is ignored. */
  close() {
    if (this.closed) return;
    this.#gone.abort();
    this.#inbox.stop();
    this.#pulse.stop();
    this.#timers.clearTimeout(this.#restartTimer);
    this.#timers.clearTimeout(this.#giveUpTimer);
    this.#tracks.dropAll();
    this.#link?.close();
    this.#link = null;
    this.#set({ status: "closed", speaking: false, remoteAudio: null, remoteVideo: null, ownVideo: null });
    this.#listeners.clear();
  }

  /** The report of the browser, for whoever wants to know more. */
  stats() {
    return this.#link?.pc.getStats() ?? Promise.resolve(new Map());
  }

  // ------------------------------------------------------------ signals

  #say(data) {
    if (this.closed) return;
    this.#n += 1;
    this.#send(this.#n, { p: this.page, ...data });
  }

  #later(work) {
    this.#queue = this.#queue.then(() => (this.closed ? undefined : work())).catch((error) => this.closed || this.#on.error(error));
  }

  async #take(data) {
    if (data.state) this.#set({ remote: cleanState(data.state), present: true });
    if (data.hello) this.#met(data.p);
    if (data.description || data.candidate) await this.#negotiate(data);
  }

  /** The other page is there. When it is not the one that was there before, a new session begins. */
  #met(page) {
    const another = this.#otherPage !== null && this.#otherPage !== page;
    this.#otherPage = page;
    if (!this.#link?.connected) this.#giveUpLater();
    if (another && this.offers && this.#link && !this.#exchange) this.#open();
    if (another) this.#tellState();
  }

  async #negotiate(data) {
    if (this.#exchange || typeof data.s !== "string" || this.#dead.has(data.s)) return;
    if (data.s !== this.#link?.session) {
      // The caller's side opens sessions; for it any other one is of another time.
      if (this.offers || data.description?.type !== "offer") return;
      this.#open(data.s);
    }
    await this.#link.take(data);
    this.#showCode();
  }

  #open(session = this.#make.newId()) {
    this.#leaveLink();
    const link = new (this.#exchange ? ServerLink : Link)({
      RTC: this.#make.RTC,
      Stream: this.#make.Stream,
      session,
      offers: this.offers,
      configuration: this.#configuration,
      tracks: { audio: this.#tracks.microphone, video: this.#tracks.screen ?? this.#tracks.camera },
      send: (data) => this.#say({ s: session, ...data }),
      exchange: this.#exchange,
      timers: this.#timers,
      changed: () => this.#link === link && this.#linkChanged(),
    });
    this.#link = link;
    this.#linkChanged();
  }

  /** Put the connection away; another one follows. */
  #leaveLink() {
    if (!this.#link) return;
    this.#dead.add(this.#link.session);
    this.#link.close();
    this.#link = null;
    this.#codeOf = "";
    this.#set({ code: "", status: this.#wasConnected ? "reconnecting" : "connecting" });
    this.#giveUpLater();
  }

  // ------------------------------------------------------------ how the connection is

  #linkChanged() {
    const link = this.#link;
    this.#set({ remoteAudio: link.remoteAudio, remoteVideo: link.remoteVideo });
    this.#showCode();
    if (link.connected) this.#up();
    else if (link.broken || link.pc.iceConnectionState === "disconnected") this.#down(link.broken);
  }

  #up() {
    this.#timers.clearTimeout(this.#restartTimer);
    this.#timers.clearTimeout(this.#giveUpTimer);
    this.#restartTimer = this.#giveUpTimer = null;
    if (this.snapshot.status !== "connected") this.#set({ status: "connected" });
    this.#pulse.start();
    if (this.#wasConnected) return;
    this.#wasConnected = true;
    this.#on.connected();
  }

  #down(now) {
    if (this.snapshot.status === "failed") return;
    if (this.#wasConnected) this.#set({ status: "reconnecting", speaking: false });
    this.#giveUpLater();
    if (this.#restartTimer === null || now) this.#restartIn(now ? 0 : RESTART_AFTER);
  }

  #restartIn(wait) {
    this.#timers.clearTimeout(this.#restartTimer);
    this.#restartTimer = this.#timers.setTimeout(() => this.#restart(), wait);
  }

  #restart() {
    if (this.closed || !this.#link) return;
    this.#link.restart();
    this.#timers.clearTimeout(this.#restartTimer);
    this.#restartTimer = this.#timers.setTimeout(() => {
      this.#restartTimer = null;
      if (this.#link && !this.#link.connected) this.#restart();
    }, RESTART_EVERY);
  }

  #giveUpLater() {
    if (this.#giveUpTimer !== null) return;
    this.#giveUpTimer = this.#timers.setTimeout(() => {
      if (this.#link?.connected || this.closed) return;
      this.#set({ status: "failed" });
      this.#on.failed();
    }, GIVE_UP_AFTER);
  }

  #showCode() {
    const own = this.#link?.pc.localDescription?.sdp;
    const other = this.#link?.pc.remoteDescription?.sdp;
    const both = own + other;
    if (!own || !other || this.#exchange || this.#codeOf === both) return;
    this.#codeOf = both;
    securityCode(own, other, this.#make.subtle).then(
      // The digest takes its time: a code of a connection that is gone by then must not be read to anybody.
      (code) => this.closed || this.#codeOf !== both || this.#set({ code }),
      (error) => this.#on.error(error),
    );
  }

  // ------------------------------------------------------------ devices

  async #acquire(name) {
    await this.#tracks.open({ [name]: true, ...this.#chosen });
  }

  #trackChanged(name) {
    this.#showOwn();
    if (name === "microphone") this.#later(() => this.#link?.carry("audio", this.#tracks.microphone));
  }

  #lost(name) {
    if (name === "screen") return void this.stopSharing();
    this.#later(async () => {
      if (name === "microphone") await this.#acquire("microphone");
      if (name === "camera") await this.#carryPicture();
      this.#tellState();
    });
  }

  #watchDevices() {
    // A device that is plugged in again is taken when there is none.
    this.#media?.addEventListener?.(
      "devicechange",
      () => {
        if (this.#tracks.problems.microphone === "lost" && !this.#tracks.wants("microphone")) this.#later(() => this.#acquire("microphone"));
      },
      { signal: this.#gone.signal },
    );
  }

  async #carryPicture() {
    await this.#link?.carry("video", this.#tracks.screen ?? this.#tracks.camera);
  }

  #showOwn() {
    const { microphone, camera, screen } = this.#tracks;
    const picture = screen ?? camera;
    const before = this.snapshot.ownVideo?.getVideoTracks()[0] ?? null;
    this.#set({
      hasMicrophone: Boolean(microphone),
      camera: Boolean(camera),
      screen: Boolean(screen),
      problems: this.#tracks.problems,
      ...(before !== picture && { ownVideo: picture ? new this.#make.Stream([picture]) : null }),
    });
  }

  #state() {
    const { microphone, camera, screen } = this.#tracks;
    return { microphone: Boolean(microphone) && !this.snapshot.muted, camera: Boolean(camera), screen: Boolean(screen), captions: this.snapshot.captions };
  }

  #tellState() {
    this.#set({});
    this.#say({ state: this.#state() });
  }

  #set(news) {
    const next = { ...this.snapshot, ...news };
    next.microphone = next.hasMicrophone && !next.muted;
    if (Object.keys(next).every((key) => Object.is(next[key], this.snapshot[key]))) return;
    this.snapshot = Object.freeze(next);
    for (const listener of [...this.#listeners]) listener();
  }
}
