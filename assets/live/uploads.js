// Files on their way to the server: a few at once, each with its progress, to be cancelled and tried again.
// An upload stands in the composer until its message is sent; then it belongs to the message's outbox entry.

const TOGETHER = 3;
export const MOST = 10;

/** A file that cannot be taken is told at once; trying again would not change it. */
const TOO_MANY = `A message can have at most ${MOST} files. Send this one in the next.`;
const LOST = "The connection broke. It goes on by itself when you are online again.";
const PERMANENT = new Set([403, 404, 413, 415, 422]);

export class Uploads {
  max = 50 * 1024 * 1024;

  /** All uploads in order. One is replaced, never changed. */
  #items = [];
  #sources = new Map();
  #running = new Map();
  #transfer;
  #newId;
  #size;
  #changed;
  #settled;

  /**
   * @param transfer `{put(source, {signal, progress, measured}) => Promise<{ok, status, data}>, discard(id), preview(source) => address,
   *   free(address)}`. `put` rejects when no answer came.
   * @param newId `() => string`. @param size `(bytes) => words`.
   * @param changed Called whenever an upload changed. @param settled Called with the key of an outbox entry when one of its
   *   uploads is done or has failed.
   */
  constructor({ transfer, newId, size, changed, settled }) {
    this.#transfer = transfer;
    this.#newId = newId;
    this.#size = size;
    this.#changed = changed;
    this.#settled = settled;
  }

  /** Those that wait in the composer of a room. */
  waiting(room) {
    return this.#items.filter((item) => item.room === room && !item.entry);
  }

  of(entry) {
    return this.#items.filter((item) => item.entry === entry);
  }

  get(key) {
    return this.#items.find((item) => item.key === key);
  }

  /**
   * Begin to upload.
   * @param sources `{blob, name, type, size, duration?}` each. @param entry The outbox entry that they belong to at once.
   */
  add(room, sources, entry = "") {
    for (const source of sources) {
      const key = this.#newId();
      const error = this.#objection(room, source, entry);
      const { name, size, type, duration = 0 } = source;
      this.#sources.set(key, source);
      const preview = error ? "" : this.#transfer.preview(source);
      this.#items = [
        ...this.#items,
        { key, room, entry, name, size, mediaType: type, duration, width: 0, height: 0, preview, progress: 0, file: null, error, again: !error, lost: false, state: error ? "failed" : "waiting" },
      ];
    }
    this.#changed();
    this.#pump();
  }

  /** Give what waits in the composer to an outbox entry. */
  give(room, entry) {
    this.#items = this.#items.map((item) => (item.room === room && !item.entry ? { ...item, entry } : item));
    this.#changed();
    return this.of(entry);
  }

  /** Stop an upload, and take back what has arrived already. */
  cancel(key) {
    const item = this.get(key);
    if (!item) return;
    this.#forget([item]);
    if (item.file) this.#transfer.discard(item.file._id);
    this.#pump();
  }

  retry(key) {
    const item = this.get(key);
    if (item?.state !== "failed" || !item.again) return;
    this.#replace({ ...item, state: "waiting", error: "", progress: 0, lost: false });
    this.#pump();
  }

  /** Try again whatever failed for an entry. */
  retryOf(entry) {
    for (const { key } of this.of(entry)) this.retry(key);
  }

  /** The entry's message is stored: its files are the server's now. */
  done(entry) {
    this.#forget(this.of(entry));
  }

  cancelOf(entry) {
    for (const { key } of this.of(entry)) this.cancel(key);
  }

  /** What broke off for want of a connection begins again. */
  online() {
    for (const { key, lost } of this.#items) if (lost) this.retry(key);
  }

  /** Stop everything: nobody is logged in any more. */
  clear() {
    this.#forget(this.#items);
  }

  #objection(room, { size }, entry) {
    if (size > this.max) return `Too large: a file can have ${this.#size(this.max)} at most.`;
    if (size === 0) return "This file is empty.";
    if (!entry && this.waiting(room).length >= MOST) return TOO_MANY;
    return "";
  }

  #pump() {
    for (const item of this.#items) {
      if (this.#running.size >= TOGETHER) return;
      if (item.state === "waiting" && !this.#running.has(item.key)) this.#run(item);
    }
  }

  async #run({ key }) {
    const control = new AbortController();
    this.#running.set(key, control);
    this.#update(key, { state: "sending" });
    let answer;
    try {
      answer = await this.#transfer.put(this.#sources.get(key), {
        signal: control.signal,
        progress: (part) => this.#progress(key, part),
        measured: (about) => this.#update(key, about),
      });
    } catch {
      answer = undefined;
    }
    if (this.#running.get(key) === control) this.#running.delete(key);
    const item = this.get(key);
    if (item?.state === "sending" && !control.signal.aborted) this.#answered(item, answer);
    else if (!item && answer?.ok) this.#transfer.discard(answer.data.file._id);
    this.#pump();
  }

  #answered(item, answer) {
    if (answer?.ok) this.#replace({ ...item, state: "done", progress: 1, file: answer.data.file, error: "" });
    else {
      const error = answer ? (answer.data?.detail ?? "The server could not take this file.") : LOST;
      this.#replace({ ...item, state: "failed", error, again: !PERMANENT.has(answer?.status), lost: !answer });
    }
    if (item.entry) this.#settled(item.entry);
  }

  /** Whole per cents only: whoever watches need not be told more often. */
  #progress(key, part) {
    const progress = Math.min(0.99, Math.floor(part * 100) / 100);
    if (this.get(key)?.progress !== progress) this.#update(key, { progress });
  }

  #update(key, change) {
    const item = this.get(key);
    if (item) this.#replace({ ...item, ...change });
  }

  #replace(item) {
    this.#items = this.#items.map((known) => (known.key === item.key ? item : known));
    this.#changed();
  }

  #forget(items) {
    if (items.length === 0) return;
    const gone = new Set(items.map((item) => item.key));
    this.#items = this.#items.filter((item) => !gone.has(item.key));
    for (const { key, preview } of items) {
      this.#running.get(key)?.abort();
      this.#running.delete(key);
      this.#sources.delete(key);
      if (preview) this.#transfer.free(preview);
    }
    this.#changed();
  }
}
