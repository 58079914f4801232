// A connection by way of the server, while a call is recorded. To the peer it is as `Link` is: it carries the same tracks,
// gives the same streams, and begins again when it breaks. Its negotiation is one offer and one answer.

import { gathered } from "./wait.js";

const SENT = ["audio", "video"];

export class ServerLink {
  /**
   * @param session The name of the session. @param exchange `(sdp) => Promise` of the server's answer; rejects when the
   *   server refuses. @param changed Called whenever a state may have changed. @param tracks `{audio, video}`, or null.
   */
  constructor({ RTC, Stream, session, configuration, exchange, changed, tracks, timers }) {
    this.session = session;
    this.#make = { RTC, Stream, configuration, timers };
    this.#exchange = exchange;
    this.#changed = changed;
    this.#tracks = { ...tracks };
    this.#begin();
  }

  pc = null;
  remoteAudio = null;
  remoteVideo = null;
  used = false;

  #make;
  #exchange;
  #changed;
  #tracks;
  #senders = {};
  #gone = new AbortController();
  #failed = false;

  get connected() {
    return this.pc.connectionState === "connected" && this.pc.iceConnectionState !== "disconnected";
  }

  get broken() {
    return this.#failed || this.pc.connectionState === "failed";
  }

  async carry(kind, track) {
    this.#tracks[kind] = track;
    await this.#senders[kind].replaceTrack(track ?? null);
  }

  restart() {
    if (this.#gone.signal.aborted) return;
    this.#end();
    this.#begin();
  }

  /** What the other side sends for a direct connection is not for this one. */
  async take() {}

  close() {
    this.#end();
  }

  level() {
    const [receiver] = this.pc.getReceivers().filter(({ track }) => track === this.remoteAudio?.getAudioTracks()[0]);
    return (receiver?.getSynchronizationSources?.() ?? []).reduce((most, { audioLevel }) => Math.max(most, audioLevel ?? 0), 0);
  }

  #end() {
    this.#gone.abort();
    this.pc.close();
  }

  #begin() {
    const { RTC, Stream, configuration } = this.#make;
    const { signal } = (this.#gone = new AbortController());
    const pc = (this.pc = new RTC(configuration));
    this.#failed = this.used = false;
    for (const event of ["connectionstatechange", "iceconnectionstatechange"]) {
      pc.addEventListener(event, () => signal.aborted || this.#changed(), { signal });
    }
    for (const kind of SENT) {
      this.#senders[kind] = pc.addTransceiver(kind, { direction: "sendonly" }).sender;
      const { receiver } = pc.addTransceiver(kind, { direction: "recvonly" });
      this[kind === "audio" ? "remoteAudio" : "remoteVideo"] = new Stream([receiver.track]);
    }
    this.#negotiate(pc, signal).catch(() => {
      if (signal.aborted) return;
      this.#failed = true;
      this.#changed();
    });
  }

  async #negotiate(pc, signal) {
    await Promise.all(SENT.map((kind) => this.#senders[kind].replaceTrack(this.#tracks[kind] ?? null)));
    await pc.setLocalDescription();
    await gathered(pc, { timers: this.#make.timers, signal });
    if (signal.aborted) return;
    const sdp = await this.#exchange(pc.localDescription.sdp);
    if (signal.aborted) return;
    await pc.setRemoteDescription({ type: "answer", sdp });
    this.used = true;
    this.#changed();
  }
}
