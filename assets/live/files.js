// What the store does about files: uploads of the open room, and messages that wait for them.

import { LEFT_BEHIND } from "./outbox.js";
import { Uploads } from "./uploads.js";

const NOTHING = Object.freeze([]);

export class Files {
  #store;
  #newId;

  /** @param transfer See `Uploads`. */
  constructor(store, { transfer, newId }) {
    this.#store = store;
    this.#newId = newId;
    this.uploads = new Uploads({
      transfer,
      newId,
      size: (bytes) => store.words.size(bytes),
      changed: () => store.changed("uploads"),
      settled: (entry) => store.batch(() => this.#settled(entry)),
    });
  }

  /** Put files into the composer of the open room. */
  add(sources) {
    const { room } = this.#store.place;
    if (room && this.#store.get("room").can_send) this.uploads.add(room, sources);
  }

  /** Send one file by itself, beside whatever is being written: a voice message. */
  send(room, source) {
    const clientId = this.#newId();
    this.#store.batch(() => {
      this.uploads.add(room, [source], clientId);
      this.#store.outbox.add({ room, content: "", clientId, ...this.#parts(this.uploads.of(clientId)) });
      this.#store.jumpLatest();
    });
  }

  /** Give what waits in a room's composer to an outbox entry; returns what the entry needs. */
  give(room, clientId) {
    return this.#parts(this.uploads.give(room, clientId));
  }

  retry(clientId) {
    this.uploads.retryOf(clientId);
    this.#settled(clientId);
  }

  #settled(clientId) {
    const items = this.uploads.of(clientId);
    const failed = items.find((item) => item.state === "failed" && !item.lost);
    if (items.length === 0) this.#store.outbox.fail(clientId, LEFT_BEHIND);
    else if (failed) this.#store.outbox.fail(clientId, failed.error);
    else if (items.every((item) => item.file)) this.#store.outbox.attach(clientId, items.map((item) => item.file));
  }

  #parts(items) {
    if (items.length === 0) return {};
    if (items.every((item) => item.file)) return { files: items.map((item) => item.file) };
    return { files: items.map(unsent), uploads: true };
  }
}

/** Photographs that the server cannot take apart: whoever sends one learns that it goes out as it is. */
const keepsMore = (name) => /\.(heic|heif|hif|tiff?|dng)$/i.test(name);

/** An upload in the form of an attachment. */
const unsent = ({ key, name, size, mediaType, width, height, duration, preview }) => ({
  _id: key,
  name,
  size,
  mediaType: mediaType || "application/octet-stream",
  width: width || null,
  height: height || null,
  duration: duration || null,
  url: preview,
  thumbnailUrl: preview || null,
  unsent: true,
});

export const FILE_EMPTY = Object.freeze({ uploads: NOTHING, upload: Object.freeze({ state: "", percent: 0 }) });

export const fileViews = (store) => ({
  /** The chips of the open room's composer. */
  uploads: {
    topics: ["uploads", "location"],
    make: () =>
      store.files.uploads.waiting(store.place.room).map(({ key, name, size, mediaType, preview, progress, state, error, again }) => ({
        key,
        name,
        size_text: store.words.size(size),
        preview: mediaType.startsWith("image/") ? preview : "",
        percent: Math.round(progress * 100),
        state,
        error,
        again,
        note: keepsMore(name) ? "The place and the camera stay in it" : "",
      })),
  },
  /** How far the upload with this key has come. */
  upload: {
    topics: ["uploads"],
    make(key) {
      const item = store.files.uploads.get(key);
      return item ? { state: item.state, percent: Math.round(item.progress * 100) } : FILE_EMPTY.upload;
    },
  },
});

/** Whether the files in the composer let the message go, and whether there are any. */
export function filesReady(store, room) {
  const items = store.files.uploads.waiting(room);
  return { some: items.length > 0, stuck: items.some((item) => item.state === "failed" && !item.lost) };
}
