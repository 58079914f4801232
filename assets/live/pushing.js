// Where this browser hears of messages while the page is closed: its subscription to the push service of the browser,
// and the server that is told of it. No page in here.

const WORKER = "/sw.js";

export class Pushing {
  /** The service worker's registration, once it is there. */
  registration = null;
  #wanted = false;
  #workers;
  #ask;

  /** @param workers `navigator.serviceWorker`; undefined where there is none. @param ask `(path, {method, body}) => Promise<Response>` */
  constructor({ workers, ask }) {
    this.#workers = workers;
    this.#ask = ask;
  }

  /** Be pushed what is new. Resolves to whether it is; rejects where the browser or the server cannot. */
  async begin() {
    this.#wanted = true;
    await this.#workers.register(WORKER);
    this.registration = await this.#workers.ready;
    const subscription = await this.#subscribe();
    if (!subscription) return false;
    if (this.#wanted) await this.#store(subscription);
    // Turned off meanwhile: end() may have looked before there was a subscription.
    if (!this.#wanted) await this.#letGo(subscription);
    return this.#wanted;
  }

  /** Be pushed nothing any more, whether the server can be reached or not. */
  async end() {
    this.#wanted = false;
    let subscription;
    try {
      // The page may not have begun, or not come so far.
      const registration = this.registration ?? (await this.#workers?.getRegistration());
      subscription = await registration?.pushManager?.getSubscription();
    } catch {
      return; // A browser without a push service pushes nothing.
    }
    if (subscription && !this.#wanted) await this.#letGo(subscription);
  }

  async #subscribe() {
    const { pushManager } = this.registration;
    const answer = await this.#ask("/api/push/key", { method: "GET" });
    if (!answer.ok) throw new Error("no key");
    const { key } = await answer.json();
    const known = await pushManager.getSubscription();
    if (known && encoded(known.options.applicationServerKey) !== key) await known.unsubscribe();
    return this.#wanted ? pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }) : null;
  }

  /** Tell the server where to push to. */
  async #store(subscription) {
    const { endpoint, keys } = subscription.toJSON();
    const stored = await this.#ask("/api/push", { body: { endpoint, keys } });
    if (!stored.ok) throw new Error("not stored");
  }

  /** The browser first: without its subscription nothing arrives, whatever the server still sends. */
  async #letGo(subscription) {
    const { endpoint } = subscription;
    await subscription.unsubscribe().catch(() => {});
    // Unreached, the server forgets it when the push service no longer knows it.
    await this.#ask("/api/push", { method: "DELETE", body: { endpoint } }).catch(() => {});
  }
}

/** base64url without padding */
const encoded = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer ?? []))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
