// One call on this device: its peer, and the way of its signals through the server. Signals are sent in their order and
// again until the server has taken them; the other side passes over what it has already.

const TRY_AGAIN = 3000;
const HOPELESS = new Set(["not_found", "conflict", "forbidden"]);

export class CallLine {
  /**
   * @param call The id of the call. @param request `(event, data) => Promise` of the answer; rejects when none came.
   * @param makePeer Makes a `CallPeer` of its options, or promises one. @param fetchIce Resolves to the ICE servers.
   * @param changed Called when the peer's snapshot changed. @param failed When there is no way to the other side.
   */
  constructor({ call, offers, page, device, request, makePeer, fetchIce, timers, changed, failed }) {
    this.call = call;
    this.#options = { offers, page };
    this.#device = device;
    this.#request = request;
    this.#makePeer = makePeer;
    this.#fetchIce = fetchIce;
    this.#timers = timers;
    this.#changed = changed;
    this.#failed = failed;
  }

  peer = null;
  #options;
  #device;
  #request;
  #makePeer;
  #fetchIce;
  #timers;
  #changed;
  #failed;
  #early = [];
  #unsent = new Map();
  #closed = false;
  #timer = null;
  #connected = false;
  #forwarded = false;

  /** Begin. `media` says which devices, see `CallPeer.start`. */
  async start(media) {
    const iceServers = await this.#fetchIce().catch(() => []);
    if (this.#closed) return;
    const peer = await this.#makePeer({
      ...this.#options,
      iceServers,
      send: (n, data) => this.#send(n, data),
      missing: () => void this.join(),
      onConnected: () => {
        this.#connected = true;
        this.#tellConnected();
      },
      onFailed: () => this.#failed(),
    });
    if (this.#closed) return peer.close();
    this.peer = peer;
    this.peer.subscribe(this.#changed);
    if (this.#forwarded) this.forward(true);
    this.#changed();
    for (const give of this.#early.splice(0)) give();
    if (media.muted) await this.peer.setMuted(true);
    await this.peer.start(media);
  }

  receive(n, data) {
    this.#toPeer(() => this.peer.receive(n, data));
  }

  replay(signals) {
    this.#toPeer(() => this.peer.replay(signals));
  }

  /** Ask for everything that the other side has sent; resolves to the call, or null without an answer. */
  async join() {
    try {
      const answer = await this.#request("call join", { call: this.call, device: this.#device });
      if (answer.signals) this.replay(answer.signals);
      return answer.call ?? null;
    } catch {
      return null;
    }
  }

  /** Send and receive through the server from now on, or directly. */
  forward(on) {
    this.#forwarded = on;
    this.peer?.route(on ? (offer) => this.#exchange(offer) : null);
  }

  /** There is a connection to the server again. */
  online() {
    if (this.#connected) this.#tellConnected();
    this.#sendAll();
  }

  close() {
    this.#closed = true;
    this.#timers.clearTimeout(this.#timer);
    this.#unsent.clear();
    this.#early = [];
    this.peer?.close();
  }

  async #exchange(offer) {
    const answer = await this.#request("call forward", { call: this.call, device: this.#device, offer });
    if (!answer?.answer) throw new Error(answer?.error?.message ?? "no answer");
    return answer.answer;
  }

  #toPeer(give) {
    if (this.#closed) return;
    if (this.peer) give();
    else this.#early.push(give);
  }

  #tellConnected() {
    this.#request("call connected", { call: this.call, device: this.#device }).catch(() => {});
  }

  #send(n, data) {
    if (this.#closed) return;
    this.#unsent.set(n, data);
    this.#post(n, data);
  }

  #sendAll() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
    for (const [n, data] of this.#unsent) this.#post(n, data);
  }

  async #post(n, data) {
    try {
      const answer = await this.#request("call signal", { call: this.call, n, data, device: this.#device });
      if (!answer?.error) this.#unsent.delete(n);
      else if (answer.error.code === "too_many") this.#sendLater((answer.error.retryAfter ?? 1) * 1000);
      else if (HOPELESS.has(answer.error.code)) this.#unsent.clear();
      else this.#unsent.delete(n);
    } catch {
      this.#sendLater(TRY_AGAIN);
    }
  }

  #sendLater(wait) {
    if (this.#closed || this.#timer !== null) return;
    this.#timer = this.#timers.setTimeout(() => this.#sendAll(), wait);
  }
}
