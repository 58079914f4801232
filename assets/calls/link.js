// One RTCPeerConnection and its negotiation: the "perfect negotiation" of the WebRTC specification, section 10.7.
//
// Two lanes, one for sound and one for the picture (camera or screen), are laid by the side that offers first; turning
// the camera on or off only changes what runs on a lane. Everything a link sends carries the name of its session, so
// that what belongs to an earlier connection is never taken for this one.

export class Link {
  /**
   * @param session The name of the session. @param offers Whether this side lays the lanes and wins when both offer.
   * @param configuration An RTCConfiguration. @param send Called with `{description}` or `{candidate}`.
   * @param changed Called whenever a state of the connection may have changed. @param tracks `{audio, video}`, or null.
   */
  constructor({ RTC, Stream, session, offers, configuration, send, changed, tracks }) {
    this.session = session;
    this.pc = new RTC(configuration);
    this.remoteAudio = null;
    this.remoteVideo = null;
    this.#offers = offers;
    this.#send = send;
    this.#changed = changed;
    this.#Stream = Stream;
    this.#tracks = { ...tracks };
    this.pc.onnegotiationneeded = () => this.#offer();
    this.pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate && !this.#closed) this.#send({ candidate: candidate.toJSON?.() ?? candidate });
    };
    for (const event of ["connectionstatechange", "iceconnectionstatechange", "signalingstatechange"]) {
      this.pc.addEventListener(event, () => this.#closed || this.#changed());
    }
    if (offers) for (const kind of ["audio", "video"]) this.#lay(kind, this.pc.addTransceiver(kind, { direction: "recvonly" }));
  }

  #offers;
  #send;
  #changed;
  #Stream;
  #tracks;
  #lanes = {};
  #makingOffer = false;
  #takingAnswer = false;
  #ignoring = false;
  #waiting = [];
  #closed = false;

  /** Whether two-way traffic is possible now. */
  get connected() {
    const { connectionState, iceConnectionState } = this.pc;
    return connectionState === "connected" && iceConnectionState !== "disconnected";
  }

  get broken() {
    const { connectionState, iceConnectionState } = this.pc;
    return connectionState === "failed" || iceConnectionState === "failed";
  }

  /** Whether anything of the other side was taken already. */
  get used() {
    return this.pc.remoteDescription !== null;
  }

  /** Let `track` (or null) run on the lane of `kind` from now on. */
  async carry(kind, track) {
    this.#tracks[kind] = track;
    if (this.#lanes[kind]) await this.#load(kind);
  }

  restart() {
    if (!this.#closed) this.pc.restartIce();
  }

  /** Take a description or a candidate of the other side. Calls must not overlap. */
  async take({ description, candidate }) {
    if (this.#closed) return;
    if (description) await this.#takeDescription(description);
    else if (candidate) await this.#takeCandidate(candidate);
  }

  close() {
    this.#closed = true;
    this.pc.onnegotiationneeded = null;
    this.pc.onicecandidate = null;
    this.#waiting = [];
    this.pc.close();
  }

  async #offer() {
    if (this.#closed) return;
    try {
      this.#makingOffer = true;
      await this.pc.setLocalDescription();
      this.#describe();
    } catch (error) {
      if (!this.#closed && this.pc.signalingState === "stable") throw error;
    } finally {
      this.#makingOffer = false;
    }
  }

  async #takeDescription(description) {
    const offer = description.type === "offer";
    const ready = !this.#makingOffer && (this.pc.signalingState === "stable" || this.#takingAnswer);
    this.#ignoring = this.#offers && offer && !ready;
    if (this.#ignoring) return;
    // An answer to an offer that nobody remembers: the other page was loaded anew in between.
    if (!offer && this.pc.signalingState !== "have-local-offer") return;
    this.#takingAnswer = !offer;
    try {
      await this.pc.setRemoteDescription(description);
    } finally {
      this.#takingAnswer = false;
    }
    if (this.#closed) return;
    for (const lane of this.pc.getTransceivers()) {
      const kind = lane.receiver.track.kind;
      if (!this.#lanes[kind]) this.#lay(kind, lane);
    }
    if (offer) {
      await Promise.all(Object.keys(this.#lanes).map((kind) => this.#load(kind)));
      if (this.#closed) return;
      await this.pc.setLocalDescription();
      this.#describe();
    }
    for (const candidate of this.#waiting.splice(0)) await this.#takeCandidate(candidate);
    this.#changed();
  }

  async #takeCandidate(candidate) {
    if (!this.pc.remoteDescription) {
      this.#waiting.push(candidate);
      return;
    }
    try {
      await this.pc.addIceCandidate(candidate);
    } catch (error) {
      // Candidates of an offer that was passed over, or of ICE credentials that have changed since, fit nothing.
      if (!this.#ignoring && !["InvalidStateError", "OperationError"].includes(error.name)) throw error;
    }
  }

  #describe() {
    const description = this.pc.localDescription;
    if (!this.#closed && description) this.#send({ description: { type: description.type, sdp: description.sdp } });
  }

  #lay(kind, lane) {
    this.#lanes[kind] = lane;
    const stream = new this.#Stream([lane.receiver.track]);
    if (kind === "audio") this.remoteAudio = stream;
    else this.remoteVideo = stream;
    if (this.#offers) this.#load(kind);
  }

  async #load(kind) {
    const lane = this.#lanes[kind];
    const track = this.#tracks[kind] ?? null;
    // Once a lane runs both ways it stays so: an empty lane sends nothing and costs no negotiation.
    if (track && lane.direction !== "sendrecv") lane.direction = "sendrecv";
    if (lane.sender.track !== track) await lane.sender.replaceTrack(track);
  }

  /** How loud the other person is now, 0 to 1. */
  level() {
    const sources = this.#lanes.audio?.receiver.getSynchronizationSources?.() ?? [];
    return sources.reduce((most, source) => Math.max(most, source.audioLevel ?? 0), 0);
  }
}
