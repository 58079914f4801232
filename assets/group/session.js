// One call of a room on this device: the connection to the server, the own devices, and everybody's sound and pictures.
// No framework, page or socket: those are handed in. Only this side offers; the server answers and says who is where.

import { problemOf, helpFor } from "../calls/devices.js";
import { OwnTracks } from "../calls/tracks.js";
import { Ears } from "./ears.js";
import { addLanes, Lanes } from "./lanes.js";
import { askingAgain, limit, preferVp8 } from "./sending.js";
import { tilesOf } from "./tiles.js";

const GATHER_WITHIN = 1500;
const LOST_AFTER = 5000;
const TRY_AGAIN = 2000;
const TRIES = 12;
const LISTEN_EVERY = 250;
const OUT = { not_found: true, conflict: true, forbidden: true };
const NO_WAY = { title: "The call could not be connected", line: "The server's sound and picture could not be reached from here." };
const PUT_OUT = { title: "You are not in this call any more", line: "" };

export class GroupSession {
  /** @param call As the server has it. @param over Called once with `{title, line}` when there is no way on. */
  constructor({ call, words = "", title = "", me, people, device, request, fetchIce, media, choices, RTC, Stream, timers, clock = Date, newId, changed, over }) {
    Object.assign(this, { call, title, choices });
    this.#media = media;
    this.#tracks = new OwnTracks({ media, changed: () => {}, lost: () => this.#carryAndTell() });
    this.#me = me;
    this.#people = people;
    this.#device = device;
    this.#request = request;
    this.#fetchIce = fetchIce;
    this.#RTC = RTC;
    this.#Stream = Stream;
    this.#timers = timers;
    this.#clock = clock;
    this.#newId = newId;
    this.#changed = changed;
    this.#over = over;
    this.#words = words;
    this.#ears = new Ears(clock.now());
    this.#lanes = new Lanes(Stream);
  }

  ownVideo = null;
  view = Object.freeze({ status: "connecting", muted: false, camera: false, screen: false, small: false, more: false, blocked: false, words: "", tiles: [] });

  #media;
  #me;
  #people;
  #device;
  #request;
  #fetchIce;
  #RTC;
  #Stream;
  #timers;
  #clock;
  #newId;
  #changed;
  #over;
  #words;
  #pc = null;
  #session = "";
  #queue = Promise.resolve();
  #lanes;
  #tracks;
  #flags = { muted: false, small: false, more: false, blocked: false };
  #told = {}; // what the server was told last, see `#promised`
  #status = "connecting";
  #ears;
  #pulse = null;
  #lostTimer = null;
  #tries = 0;
  #closed = false;

  /** By user id: `{audio, video}`, MediaStreams. */
  get streams() {
    return this.#lanes.streams;
  }

  async start({ camera, muted, small = false }) {
    this.#flags = { ...this.#flags, muted, small };
    this.#told = { muted, camera, screen: false };
    this.#tracks.mute(muted);
    this.#connect();
    this.#listen();
    await this.#open({ microphone: true, camera });
  }

  /** The call is known in a newer form. */
  take(call) {
    this.call = call;
    this.#limit();
    this.#look();
  }

  /** The server says what the connection carries, that it is lost, or that this page is not in the call any more. */
  media(news) {
    if (news.call !== this.call._id || this.#closed) return;
    if (news.gone) this.#over(PUT_OUT);
    else if (news.lost) {
      if (!news.session || news.session === this.#session) this.#reconnect();
    } else this.#later(() => news.session === this.#session && !this.#lanes.late(news) && this.#lay(news));
  }

  /** There is a connection to the server again: say that this page is still there. */
  online() {
    this.#show();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#timers.clearTimeout(this.#pulse);
    this.#timers.clearTimeout(this.#lostTimer);
    this.#tracks.dropAll();
    this.#pc?.close();
    this.#pc = null;
    this.#lanes = new Lanes(this.#Stream);
  }

  stats() {
    return this.#pc?.getStats() ?? Promise.resolve(new Map());
  }

  // ------------------------------------------------------------ what a person does

  async toggleMute() {
    const muted = !this.#shown().muted;
    if (!muted && !this.#tracks.microphone) await this.#open({ microphone: true });
    this.#flags.muted = muted;
    this.#tracks.mute(muted);
    this.#show();
    this.#look();
  }

  async toggleCamera() {
    if (this.#tracks.camera) {
      this.#tracks.drop("camera");
      await this.#carryAndTell();
    } else if (await this.#may({ camera: true })) await this.#open({ camera: true });
    this.#look();
  }

  /** Must run inside the click. */
  async toggleScreen() {
    if (this.#tracks.screen) {
      this.#tracks.drop("screen");
      await this.#carryAndTell();
      return;
    }
    let stream;
    try {
      stream = await this.#media.getDisplayMedia({ video: { frameRate: { ideal: 10, max: 15 } }, audio: false });
    } catch (error) {
      if (problemOf(error) !== "denied") this.#say("The screen could not be shown.");
      return;
    }
    const [track] = stream.getVideoTracks();
    track.contentHint = "detail";
    if (this.#closed || !(await this.#may({ screen: true }))) {
      track.stop();
      return;
    }
    this.#tracks.hold("screen", track);
    await this.#carry();
    this.#look();
  }

  async useDevice(device, id) {
    this.choices.choose({ [device]: id });
    if (device === "microphone" || (device === "camera" && this.#tracks.wants("camera"))) await this.#open({ [device]: true });
    this.#look();
  }

  setSmall(small) {
    this.#flags = { ...this.#flags, small: Boolean(small), more: false };
    this.#look();
  }

  toggleMore() {
    this.#flags.more = !this.#flags.more;
    if (this.#flags.more) this.choices.look();
    this.#look();
  }

  setBlocked(blocked) {
    this.#flags.blocked = blocked;
    this.#look();
  }

  // ------------------------------------------------------------ the connection

  #later(work) {
    this.#queue = this.#queue.then(() => (this.#closed ? undefined : work())).catch((error) => this.#closed || console.error(error));
  }

  #connect() {
    this.#later(async () => {
      const iceServers = await this.#fetchIce().catch(() => []);
      if (this.#closed) return;
      this.#pc?.close();
      this.#session = this.#newId();
      this.#lanes = new Lanes(this.#Stream);
      const pc = new this.#RTC({ iceServers, bundlePolicy: "max-bundle" });
      this.#pc = pc;
      pc.addEventListener("connectionstatechange", () => this.#pc === pc && this.#stateChanged());
      pc.addTransceiver("audio", { direction: "sendonly" });
      preferVp8(pc.addTransceiver("video", { direction: "sendonly" }));
      await this.#carry();
      await this.#negotiate();
    });
  }

  #stateChanged() {
    const state = this.#pc.connectionState;
    this.#timers.clearTimeout(this.#lostTimer);
    if (state === "connected") {
      this.#status = "connected";
      this.#tries = 0;
    } else if (state === "failed") this.#reconnect();
    else if (state === "disconnected") {
      this.#status = "reconnecting";
      this.#lostTimer = this.#timers.setTimeout(() => this.#reconnect(), LOST_AFTER);
    }
    this.#look();
  }

  /** Begin a new connection in place of one that is lost; after many tries it is over. */
  #reconnect() {
    if (this.#closed) return;
    this.#tries += 1;
    if (this.#tries > TRIES) {
      this.#over(NO_WAY);
      return;
    }
    this.#status = "reconnecting";
    this.#look();
    this.#timers.clearTimeout(this.#lostTimer);
    if (this.#tries === 1) this.#connect();
    else this.#lostTimer = this.#timers.setTimeout(() => this.#connect(), TRY_AGAIN);
  }

  async #negotiate() {
    const pc = this.#pc;
    const offer = await pc.createOffer();
    await pc.setLocalDescription({ type: "offer", sdp: askingAgain(offer.sdp) });
    await this.#gathered(pc);
    if (this.#pc !== pc) return;
    let answer;
    try {
      answer = await this.#request("group offer", { call: this.call._id, session: this.#session, offer: pc.localDescription.sdp, device: this.#device });
    } catch {
      answer = null;
    }
    if (this.#closed || this.#pc !== pc) return;
    if (!answer || answer.error) {
      const code = answer?.error?.code;
      if (OUT[code]) this.#over({ ...PUT_OUT, line: answer.error.message });
      else this.#reconnect();
      return;
    }
    await pc.setRemoteDescription({ type: "answer", sdp: answer.answer });
    this.#limit();
    await this.#lay(answer);
  }

  #gathered(pc) {
    if (pc.iceGatheringState === "complete") return Promise.resolve();
    return new Promise((done) => {
      this.#timers.setTimeout(done, GATHER_WITHIN);
      pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done());
    });
  }

  /** Take who is on which lane; add lanes when there are too few. */
  async #lay(told) {
    this.#lanes.lay(this.#pc.getTransceivers(), told);
    this.#look();
    this.#changed(); // whose sound is played may be new where nothing that is shown is
    if (addLanes(this.#pc, told.missing)) await this.#negotiate();
  }

  #limit() {
    limit(this.#pc?.getTransceivers()[1]?.sender, this.call.seats);
  }

  // ------------------------------------------------------------ devices

  async #open(wanted) {
    await this.#tracks.open({ ...wanted, ...this.choices.ids });
    await this.#carryAndTell();
  }

  /** Send what is held now. Where the server was told something else, as when a camera did not open, tell it. */
  async #carryAndTell() {
    if (!this.#closed) await this.#carry();
    if (this.#closed) return;
    this.#look();
    const promised = this.#promised();
    if (Object.keys(promised).some((key) => promised[key] !== this.#told[key])) await this.#show();
  }

  async #carry() {
    const [audio, video] = this.#pc?.getTransceivers() ?? [];
    if (audio && audio.sender.track !== this.#tracks.microphone) await audio.sender.replaceTrack(this.#tracks.microphone);
    const picture = this.#tracks.screen ?? this.#tracks.camera;
    if (this.ownVideo?.getTracks()[0] !== picture) this.ownVideo = picture ? new this.#Stream([picture]) : null;
    if (video && video.sender.track !== picture) await video.sender.replaceTrack(picture);
  }

  // ------------------------------------------------------------ what others are told

  #shown() {
    const { microphone, camera, screen } = this.#tracks;
    return { muted: this.#flags.muted || !microphone, camera: Boolean(camera), screen: Boolean(screen) };
  }

  /** What the server is told: a camera that still opens keeps the place for its picture. */
  #promised() {
    return { ...this.#shown(), camera: this.#tracks.wants("camera") };
  }

  async #tellServer(told) {
    this.#told = told;
    let answer = null;
    try {
      answer = await this.#request("group show", { call: this.call._id, device: this.#device, ...told });
    } catch {
      // It is told anew with the next change, or when the server is back.
    }
    if (this.#told === told && (!answer || answer.error)) this.#told = {};
    return answer;
  }

  /** Tell what is heard and seen from here. */
  async #show() {
    const promised = this.#promised();
    const answer = await this.#tellServer(promised);
    const code = answer?.error?.code;
    if (this.#closed || !OUT[code]) return;
    if (code === "conflict" && (promised.camera || promised.screen)) await this.#showNoPicture(answer.error.message);
    else this.#over({ ...PUT_OUT, line: answer.error.message });
  }

  /** There is no place for a picture any more; says why, and goes on without. */
  async #showNoPicture(why) {
    this.#say(why);
    this.#tracks.drop("camera");
    this.#tracks.drop("screen");
    await this.#carryAndTell();
  }

  /** Ask for a place for a picture; says why there is none. */
  async #may(change) {
    const answer = await this.#tellServer({ ...this.#promised(), ...change });
    if (answer && !answer.error) return true;
    this.#say(answer?.error?.message ?? "The server cannot be reached. Try again in a moment.");
    return false;
  }

  #say(words) {
    this.#words = words;
    this.#look();
  }

  // ------------------------------------------------------------ how it looks

  #listen() {
    this.#pulse = this.#timers.setTimeout(() => {
      this.#listen();
      const now = this.#clock.now();
      this.#ears.listen(this.#pc?.getTransceivers() ?? [], this.#lanes.carried, now);
      if (this.#ears.due(now)) this.#measure();
      this.#look();
    }, LISTEN_EVERY);
  }

  async #measure() {
    const carried = this.#lanes.carried;
    this.#ears.measure(await this.stats().catch(() => new Map()), carried);
  }

  #look() {
    if (this.#closed) return;
    const now = this.#clock.now();
    const shown = this.#shown();
    const tiles = tilesOf({ seats: this.call.seats, me: this.#me, shown, people: this.#people, streams: this.streams, ears: this.#ears, now });
    const [device, problem] = Object.entries(this.#tracks.problems)[0] ?? [];
    const next = {
      status: this.#status,
      muted: shown.muted,
      camera: shown.camera,
      screen: shown.screen,
      ...this.#flags,
      ...(this.#tracks.microphone ? {} : { muted: true }),
      words: device ? helpFor(device, problem).replace("The other person", "Others").replace("Others cannot", "The others cannot") : this.#words,
      since: Date.parse(this.call.startedAt),
      tiles,
    };
    if (JSON.stringify(next) === JSON.stringify(this.view)) return;
    this.view = Object.freeze(next);
    this.#changed();
  }
}
