// Captions: the own words of a call, written into the conversation by the server. The call itself goes from browser to
// browser, so the own microphone is sent to the server besides, over a connection of its own, until that is taken back.

const GATHER_WITHIN = 3000;
const TAKE_BACK_TRIES = 10;
const TAKE_BACK_EVERY = 1000;
const BROKE_OFF = "Captions broke off. Turn them on again.";

export const NO_CAPTIONS = Object.freeze({ on: false, busy: false, words: "" });

export class Captions {
  view = NO_CAPTIONS;
  #calls;
  #make;
  #listeners = new Set();
  #run = null;

  /**
   * @param calls The call store: `{view, subscribe}`. @param RTC RTCPeerConnection. @param media `navigator.mediaDevices`.
   * @param open `(call, sdp) => Promise` of `{answer}` or `{problem}`. @param close `(call) => Promise`: nothing more is
   *   written; of whether the server heard of it.
   * @param tell `(on)`: tells the other side of the call.
   */
  constructor({ calls, RTC, media, timers, open, close, tell, fetchIce }) {
    this.#calls = calls;
    this.#make = { RTC, media, timers, open, close, tell, fetchIce };
    calls.subscribe(() => this.#follow());
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  toggle() {
    if (this.#run) this.stop();
    else void this.start();
  }

  async start() {
    const { view } = this.#calls;
    if (this.#run || view.phase !== "talking" || !view.call_id) return;
    const run = { call: view.call_id, device: view.microphone, pc: null, track: null };
    this.#run = run;
    this.#show({ busy: true });
    try {
      const problem = await this.#connect(run);
      if (this.#run !== run) return;
      if (problem) this.#end(problem);
      else this.#show({ on: true });
    } catch {
      if (this.#run === run) this.#end("This browser did not get through. Try again.");
    }
  }

  /** Take it back: nothing more is written, not even what was said last. */
  stop(words = "") {
    if (this.#run) void this.#takeBack(this.#run.call);
    this.#end(words);
  }

  /** Until the server hears of it what was said last may still be written. Turned on anew, it belongs to the past. */
  async #takeBack(call, tries = TAKE_BACK_TRIES) {
    const heard = await this.#make.close(call);
    const again = () => this.#run?.call !== call && void this.#takeBack(call, tries - 1);
    if (!heard && tries > 1) this.#make.timers.setTimeout(again, TAKE_BACK_EVERY);
  }

  async #connect(run) {
    const { RTC, media, open, fetchIce } = this.#make;
    const device = run.device ? { deviceId: { ideal: run.device } } : true;
    const stream = await media.getUserMedia({ audio: device });
    [run.track] = stream.getAudioTracks();
    if (this.#run !== run) {
      run.track.stop();
      return undefined;
    }
    run.track.enabled = !this.#calls.view.muted;
    const iceServers = await fetchIce().catch(() => []);
    if (this.#run !== run) return undefined;
    run.pc = new RTC({ iceServers });
    run.pc.addEventListener("connectionstatechange", () => this.#run === run && run.pc.connectionState === "failed" && this.stop(BROKE_OFF));
    run.pc.addTransceiver(run.track, { direction: "sendonly", streams: [stream] });
    await run.pc.setLocalDescription();
    await this.#gathered(run.pc);
    if (this.#run !== run) return undefined;
    const opened = await open(run.call, run.pc.localDescription.sdp);
    if (this.#run !== run) void this.#takeBack(run.call); // taken back while it began
    else if (opened.answer) await run.pc.setRemoteDescription({ type: "answer", sdp: opened.answer });
    return opened.problem;
  }

  #gathered(pc) {
    return new Promise((done) => {
      if (pc.iceGatheringState === "complete") return done();
      pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done());
      this.#make.timers.setTimeout(done, GATHER_WITHIN);
    });
  }

  /** Muted in the call is muted here; with the call this ends, too. */
  #follow() {
    const run = this.#run;
    if (!run) {
      if (this.view.words && this.#calls.view.phase !== "talking") this.#show({});
      return;
    }
    const { phase, call_id: call, muted, microphone } = this.#calls.view;
    if (phase !== "talking" || call !== run.call) this.#end();
    else if (microphone !== run.device) {
      this.#end();
      void this.start();
    } else if (run.track) run.track.enabled = !muted;
  }

  #end(words = "") {
    const run = this.#run;
    this.#run = null;
    run?.track?.stop();
    run?.pc?.close();
    this.#show({ words });
  }

  #show(news) {
    const before = this.view.on;
    this.view = Object.freeze({ ...NO_CAPTIONS, ...news });
    if (this.view.on !== before) this.#make.tell(this.view.on);
    for (const listener of [...this.#listeners]) listener();
  }
}
