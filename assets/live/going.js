// Where the page goes: its address, the message that the address names, and back to the newest.

import { href } from "./rows.js";

export class Going {
  #store;
  #navigate = null;
  /** The message of the address once it was brought before the eyes, or said to be missing: either happens once. */
  #sought = "";

  constructor(store) {
    this.#store = store;
  }

  setNavigator(navigate) {
    this.#navigate = navigate;
  }

  openRoom(room) {
    if (this.#navigate) this.#navigate(room ? href(room) : "/");
    else this.setLocation({ room });
  }

  setLocation({ room = "", message = "" }) {
    const store = this.#store;
    const before = store.place.room;
    if (before === room && store.place.message === message) return;
    store.batch(() => {
      this.#sought = "";
      store.sync.seekNothing(before);
      if (store.place.go(room, message)) {
        store.left(before);
        store.said = "";
        store.place.enter(store.heads.get(room));
        // Left in the middle of the past: the newest page is where talk goes on.
        if (store.timelines.get(room)?.hasNewer) store.timelines.drop(room);
        store.open();
      }
      this.goToMessage();
      store.changed("location", "rooms", "timeline", "typing", "drafts", "draft", "outbox", "said");
    });
  }

  async goToMessage() {
    const store = this.#store;
    const { room, message } = store.place;
    if (!message || this.#sought === message || !store.timelines.get(room)?.loaded) return;
    const found = await store.sync.around(room, message);
    if (found === undefined || store.place.message !== message) return;
    // Without an answer it is sought again when the conversation is next brought up to date.
    if (found !== "unanswered") this.#sought = message;
    store.batch(() => {
      if (found === "shown") store.scrollTo("message", message);
      else store.hands.toasts.fail(this.#unshown(found));
      store.changed("timeline");
    });
  }

  #unshown(found) {
    if (found === "missing") return "This message cannot be found. It may have been removed.";
    if (!this.#store.link.online) return "This message is not here, and there is no connection to fetch it.";
    return "The server did not send this message. Follow the link again in a moment.";
  }

  seekAgain(message) {
    if (message !== this.#store.place.message) return;
    this.#sought = "";
    this.goToMessage();
  }

  jumpLatest() {
    const store = this.#store;
    const { room, message } = store.place;
    store.batch(() => {
      // The address no longer names a message of the past: a reload shows what is new.
      if (message) this.#navigate?.(href(room), { replace: true });
      if (store.timelines.get(room)?.hasNewer) store.sync.need(room, { newest: true });
      store.scrollTo("bottom");
    });
  }
}
