// The one call of this page: what the server says of it, what a person does, and a view that says how all that looks.
// No framework, page or socket is imported here; all of that is handed in.

import { share } from "../live/share.js";
import { Calling } from "./calling.js";
import { Choices } from "./choices.js";
import { forget, read, write } from "./keep.js";
import { CallLine } from "./line.js";
import { NO_CALL, look } from "./look.js";
import { Preview } from "./preview.js";
import { Recording } from "./recording.js";
import { isElsewhere, isIn, notMade, ringsFor, targetOf } from "./sides.js";
import { ending, TOO_OLD } from "./words.js";

const BRIEF = 6000;
const CHANGES = new Set(["audio call", "video call", "call accept", "call changed", "call decline", "call end"]);
const KEPT = "chatbeside.call";

export class CallStore {
  /**
   * @param request Asks the server, see `CallLine`. @param me `() => id` of the own account, "" before it is known.
   * @param people `{name(id), picture(id)}`. @param device The name of this page, kept over a reload.
   * @param newPage `() => string`, a new name for every peer. @param makePeer, fetchIce, media, timers, clock As in core.
   * @param tones `{ring(), wait(), stop(), test(speaker)}`. @param memory Keeps choices: a Storage or undefined.
   * @param kept Keeps what a reload must not lose: a Storage or undefined. @param openRoom Shows a conversation.
   * @param floats Whether the browser can show pictures over other programs.
   */
  constructor({ request, me, people, device, newPage, makePeer, fetchIce, media, timers, tones, memory, kept, openRoom, floats = false, Stream = globalThis.MediaStream }) {
    Object.assign(this, { media, tones, floats });
    this.#request = request;
    this.#me = me;
    this.#people = people;
    this.#device = device;
    this.#newPage = newPage;
    this.preview = new Preview({ media, Stream, changed: () => void this.#choices.look() });
    this.#timers = { setTimeout: (...args) => timers.setTimeout(...args), clearTimeout: (id) => timers.clearTimeout(id) };
    this.#make = { request, device, makePeer, fetchIce, timers: this.#timers };
    this.#kept = kept;
    this.#openRoom = openRoom;
    this.#choices = new Choices({ media, memory, changed: () => this.#changed() });
    this.#calling = new Calling((event, data) => this.#ask(event, { ...data, device }));
    this.recording = new Recording({ ask: (...asked) => this.#ask(...asked), me, device, timers: this.#timers, changed: () => this.#changed() });
  }

  view = NO_CALL;

  #request;
  #me;
  #people;
  #device;
  #newPage;
  #make;
  #timers;
  #kept;
  #openRoom;
  #choices;
  #calling;
  #listeners = new Set();
  #phase = "";
  #call = null;
  #line = null;
  #target = null; // {room, peer, kind}: whom the preview or the end screen is about
  #wanted = { camera: false, muted: false };
  #end = null;
  #endTimer = null;
  #flags = { small: false, more: false, blocked: false };

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The connection's own side, for whoever shows its pictures and plays its sound; null without one. */
  get peer() {
    return this.#line?.peer ?? null;
  }

  // ------------------------------------------------------------ what the server says

  hear(name, data) {
    if (CHANGES.has(name)) this.take(data);
    else if (name === "ready") this.#ready(data.call);
    else if (name === "session ended") this.#clear();
    else if (name === "call recording") this.recording.take(data);
    else if (name === "call signal" && data.call === this.#line?.call) this.#line.receive(data.n, data.data);
  }

  /** Take a call as the server has it; what is older than what is known changes nothing. */
  take(call) {
    const known = this.#call?._id === call._id;
    if (known && call.version <= this.#call.version) return;
    if (this.#calling.leaving.has(call._id) || (!known && (this.#call || call.state === "ended"))) return;
    const inIt = isIn(call, this.#me(), this.#device);
    if (!known && inIt && this.#calling.refuses(call)) return;
    if (!known && !inIt && !ringsFor(call, this.#me())) return;
    this.#call = call;
    if (call.state === "ended") this.#over();
    else if (call.state === "ringing") this.#ringing(inIt);
    else if (inIt) this.#answered();
    else this.#over();
    this.#changed();
  }

  async #ready(call) {
    this.#calling.leaving.online();
    if (this.#call) {
      // What happened meanwhile: the call as it is now, and signals that were missed.
      const line = this.#line;
      const now = (line ? await line.join() : null) ?? (await this.#ask("call join", { call: this.#call._id, device: this.#device }))?.call;
      if (now) this.take(now);
      if (line && line === this.#line) line.online();
      this.recording.look();
    } else if (call) {
      this.take(call);
    }
  }

  #ringing(inIt) {
    this.#timers.clearTimeout(this.#endTimer);
    this.#end = null;
    if (!inIt) {
      this.preview.close();
      this.#phase = "incoming";
      this.tones.ring();
      return;
    }
    if (this.#line) return;
    this.#phase = "outgoing";
    this.tones.wait();
    this.#open(true);
  }

  #answered() {
    this.tones.stop();
    this.#phase = this.#call.state === "active" ? "talking" : "joining";
    if (this.#line) return;
    // This page was loaded anew in the middle of its call.
    this.#wanted = { ...this.#wanted, ...read(this.#kept, KEPT) };
    this.#open(this.#call.caller === this.#me());
    this.#line.join();
    this.recording.look();
  }

  #open(offers) {
    const line = new CallLine({
      ...this.#make,
      call: this.#call._id,
      offers,
      page: this.#newPage(),
      changed: () => this.#line === line && this.#peerChanged(),
      failed: () => this.#line === line && this.#ask("call end", { call: line.call, device: this.#device, failed: true }),
    });
    this.#line = line;
    this.recording.follow(line);
    line.start({ microphone: true, ...this.#wanted, ...this.#choices.ids }).catch((error) => this.#line === line && this.#unable(error));
  }

  #peerChanged() {
    const peer = this.#line.peer?.snapshot;
    if (peer && peer.status !== "new") {
      this.#wanted = { camera: peer.camera, muted: peer.muted };
      write(this.#kept, KEPT, this.#wanted);
    }
    this.#changed();
  }

  /** What makes calls did not come. A call that rings cannot fail yet: it is given up. */
  #unable(error) {
    console.error(error);
    this.#calling.leaving.leave(this.#call._id, this.#call.state !== "ringing");
    this.#over(TOO_OLD);
  }

  #over(end) {
    const [call, me] = [this.#call, this.#me()];
    this.#target = targetOf(call, me);
    this.#hangUp();
    this.#tell(end ?? ending({ call, me, name: this.#people.name(this.#target.peer), elsewhere: isElsewhere(call, me, this.#device) }));
  }

  /** Show how it ended; `null` shows nothing. */
  #tell(end) {
    this.#end = end;
    this.#phase = end ? "ended" : "";
    this.#timers.clearTimeout(this.#endTimer);
    if (end?.brief) this.#endTimer = this.#timers.setTimeout(() => this.dismiss(), BRIEF);
    this.#changed();
  }

  /** Let go of devices, tones and connection. */
  #hangUp() {
    this.tones.stop();
    this.preview.close();
    this.#closeLine();
    this.#call = null;
    forget(this.#kept, KEPT);
    this.#wanted = { camera: false, muted: false };
    this.#flags = { small: false, more: false, blocked: false };
  }

  #closeLine() {
    const line = this.#line;
    this.#line = null;
    line?.close();
    this.recording.follow(null);
  }

  #clear() {
    this.#hangUp();
    this.#tell(null);
  }

  // ------------------------------------------------------------ what a person does

  /** Call somebody: first the preview, if wanted. In the call of a room `joins` is "join" or "begin", and `go({camera, muted})` follows. */
  start({ room, peer, kind, title, joins, go }) {
    if (this.#call || ["preview", "outgoing"].includes(this.#phase)) return void this.setSmall(false);
    this.#tell(null);
    this.#target = { room, peer, kind, title, joins, go };
    this.#wanted = { camera: kind === "video", muted: false };
    this.#choices.again();
    if (!this.#choices.chosen.ask) return void this.call();
    this.#phase = "preview";
    this.#openPreview();
  }

  /** Ring, after the preview or at once. */
  async call() {
    const { room, kind, go } = this.#target ?? {};
    if (!room || this.#call || this.#phase === "outgoing") return;
    this.preview.close();
    if (go) {
      this.#tell(null);
      return go({ ...this.#wanted });
    }
    this.#phase = "outgoing";
    this.#changed();
    const answer = await this.#calling.begin(`${kind} call`, { room });
    if (answer?.call) this.take(answer.call);
    else if (answer !== undefined && this.#phase === "outgoing" && !this.#call) this.#tell(notMade("No call", answer?.error, "The server cannot be reached. Try again in a moment."));
  }

  async accept(camera) {
    const call = this.#call;
    if (this.#phase !== "incoming" || !call) return;
    this.#wanted = { camera: Boolean(camera), muted: false };
    this.#phase = "joining";
    this.tones.stop();
    this.#changed();
    const answer = await this.#ask("call accept", { call: call._id, device: this.#device });
    if (this.#call?._id !== call._id) return;
    if (answer?.call) {
      this.take(answer.call);
      this.#line?.replay(answer.signals ?? []);
      return;
    }
    const now = await this.#ask("call join", { call: call._id, device: this.#device });
    if (this.#call?._id !== call._id) return;
    if (now?.call) this.take(now.call);
    if (this.#phase !== "joining" || this.#line) return;
    this.#hangUp();
    this.#tell({ ...notMade("The call could not be answered", answer?.error, "The server cannot be reached."), again: "", brief: true });
  }

  decline() {
    const call = this.#call;
    if (this.#phase !== "incoming" || !call) return;
    this.#clear();
    this.#ask("call decline", { call: call._id });
  }

  /** Decline, and write instead. */
  answerByMessage() {
    const room = this.#call?.room;
    this.decline();
    if (room) this.#openRoom(room);
  }

  /** Hang up, or give up calling. */
  leave() {
    const call = this.#call;
    if (!call) {
      if (this.#phase === "outgoing") {
        this.#calling.giveUp();
        this.#clear();
      }
      return;
    }
    this.#call = { ...call, reason: "hung_up", endedAt: new Date().toISOString() };
    this.#calling.leaving.leave(call._id);
    if (call.activeAt) this.#over();
    else this.#clear();
  }

  again() {
    const target = this.#target;
    if (this.#phase !== "ended" || !target) return;
    this.#tell(null);
    this.start(target);
  }

  /** Put the preview or the end screen away. */
  dismiss() {
    if (this.#phase === "preview") this.preview.close();
    if (this.#phase === "preview" || this.#phase === "ended") this.#tell(null);
  }

  /** The chat is not shown any more: nobody sees a preview there. A call goes on, and how one ended is still to be told. */
  pageLeft() {
    if (this.#phase === "preview") this.dismiss();
  }

  toggleMute() {
    if (this.#phase === "preview") {
      this.#wanted.muted = !this.#wanted.muted;
      this.#openPreview();
    } else this.peer?.setMuted(this.peer.snapshot.microphone);
  }

  toggleCamera() {
    if (this.#phase === "preview") {
      this.#wanted.camera = !this.#wanted.camera;
      if (this.#target) this.#target.kind = this.#wanted.camera ? "video" : "audio";
      this.#openPreview();
    } else if (!this.view.bot) this.peer?.setCamera(!this.peer.snapshot.camera);
  }

  /** Must run inside the click. */
  toggleScreen() {
    if (!this.peer || this.view.bot || !this.media?.getDisplayMedia) return;
    if (this.peer.snapshot.screen) this.peer.stopSharing();
    else this.peer.shareScreen();
  }

  setSmall(small) {
    this.#flags.small = Boolean(small) && this.#call !== null;
    this.#flags.more = false;
    this.#changed();
  }

  toggleMore() {
    this.#flags.more = !this.#flags.more;
    if (this.#flags.more) this.#choices.look();
    this.#changed();
  }

  setBlocked(blocked) {
    this.#flags.blocked = Boolean(blocked);
    this.#changed();
  }

  setAsk(ask) {
    this.#choices.choose({ ask: Boolean(ask) });
  }

  /** Use this device from now on; `device` is "microphone", "camera" or "speaker". */
  useDevice(device, id) {
    this.#choices.choose({ [device]: id });
    if (this.#phase === "preview") this.#openPreview();
    else if (device !== "speaker") this.peer?.useDevice(device, id);
  }

  networkChanged() {
    this.peer?.networkChanged();
  }

  /** The page goes away. The call stays: a reload comes back into it. */
  hide() {
    this.tones.stop();
    this.#closeLine();
    this.preview.close();
  }

  #openPreview() {
    this.preview.open({ microphone: !this.#wanted.muted, camera: this.#wanted.camera, ...this.#choices.ids });
    this.#changed();
  }

  // ------------------------------------------------------------ how it looks

  async #ask(event, data) {
    try {
      return await this.#request(event, data);
    } catch {
      return null;
    }
  }

  /** Names and pictures may have changed: look again. */
  refresh() {
    if (this.#phase) this.#changed();
  }

  #changed() {
    const next = share(this.view, this.#phase ? this.#look() : NO_CALL);
    if (next === this.view) return;
    this.view = next;
    for (const listener of [...this.#listeners]) listener();
  }

  #look() {
    const call = this.#call;
    return look({
      phase: this.#phase,
      call,
      target: call ? targetOf(call, this.#me()) : (this.#target ?? {}),
      people: this.#people,
      flags: { ...this.#flags, floats: this.floats },
      wanted: this.#wanted,
      peer: this.#line?.peer?.snapshot,
      preview: this.preview,
      end: this.#end,
      recording: this.recording,
      devices: this.#choices.devices,
      choices: this.#choices.chosen,
    });
  }
}
