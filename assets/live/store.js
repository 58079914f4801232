// The store: it hears the server, keeps the truth of this page, and hands out snapshots that change only when what
// they say changes. No framework, page or socket is imported here; all of that is handed in.

import { Drafts } from "./drafts.js";
import { Heads } from "./heads.js";
import { Hearing } from "./hearing.js";
import { TypingLeases, TypingPings } from "./leases.js";
import { Link } from "./link.js";
import { Listeners } from "./listeners.js";
import { createMarkdown } from "./markdown.js";
import { Outbox } from "./outbox.js";
import { Files } from "./files.js";
import { Going } from "./going.js";
import { Hands } from "./hands.js";
import { FaceFinder, People } from "./people.js";
import { Persist } from "./persist.js";
import { Place } from "./place.js";
import { PointerSender } from "./receipts.js";
import { RoomSync } from "./roomsync.js";
import { Timelines } from "./timelines.js";
import { Topics } from "./topics.js";
import { createViews } from "./views.js";
import { Midnight, createWords } from "./words.js";
import { Writing } from "./writing.js";

export class LiveStore {
  me = null;
  maxContent = 12_000;
  timelines = new Timelines();
  outbox = null;
  drafts = null;
  /** What the scroller is to do next; `n` rises with every wish. */
  scroll = { n: 0, to: "", id: "" };
  /** Values that only this page knows, such as which tab of the list is chosen. */
  choices = new Map();
  /** Takes a draft that is a command: answers "taken", "kept" (it stays in the field) or "" for a message. */
  command = null;
  /** The words for the announcer. */
  said = "";
  /** Per room, why its messages cannot be shown. */
  errors = new Map();

  #transport;
  #storage;
  #timers;
  #random;
  #persist = null;
  #writing;
  #going = new Going(this);
  #topics = new Topics();
  #views;
  #hearing;
  #started = false;
  #midnight;
  #listeners = new Listeners();

  /**
   * @param transport `{start(handlers), stop(), retry(), send(event, data), request(event, data) => Promise}` with the
   *   handlers `down()`, `refused()` and `event(name, data)`. `request` rejects when no answer came.
   * @param storage A Storage or undefined. @param clock `{now()}` in milliseconds.
   * @param timers `{setTimeout, clearTimeout}`. @param random `() => [0, 1)`. @param newId `() => string`.
   * @param call `(method, path, body) => Promise<{ok, status, data}>` over REST; rejects when no answer came.
   * @param transfer How files come and go, see `uploads.js`.
   * @param MarkdownIt The constructor. @param base The origin that serves files, "" for the page's own.
   */
  constructor({ transport, call, transfer, storage, clock = Date, timers = globalThis, random = Math.random, newId, MarkdownIt, locale, timeZone, base = "" }) {
    this.#transport = transport;
    this.#storage = storage;
    this.#timers = { setTimeout: (...args) => timers.setTimeout(...args), clearTimeout: (id) => timers.clearTimeout(id) };
    this.#random = random;
    this.clock = clock;
    this.base = base;
    this.words = createWords({ locale, timeZone });
    this.markdown = createMarkdown(MarkdownIt);
    this.people = new People(base);
    const request = (event, data) => this.request(event, data);
    const shared = { request, clock, timers: this.#timers };
    this.link = new Link({ ...shared, changed: () => this.#linkChanged() });
    this.place = new Place({ ...shared, tell: (state) => this.tellPresence(state) });
    this.heads = new Heads({
      exact: (room, seq) => this.timelines.unreadAfter(seq, this.heads.get(room), this.me._id),
      unsure: (room) => this.sync.need(room),
      arrived: (head, message) => this.#hearing.arrived(head, message),
    });
    this.typing = new TypingLeases({ ...shared, changed: () => this.changed("typing") });
    const pings = new TypingPings({ clock, tell: (room, on) => this.#transport.send("typing", { room, on }) });
    this.#writing = new Writing(this, { pings, newId });
    this.faces = new FaceFinder({ ...shared, people: this.people, found: (people) => this.batch(() => this.#hearing.meet(people)) });
    this.pointers = new PointerSender({
      ...shared,
      answered: (room, receipt) => this.batch(() => this.#hearing.receipt(room, receipt)),
    });
    this.sync = new RoomSync({
      ...shared,
      timeline: (room) => this.timelines.get(room),
      head: (room) => this.heads.get(room),
      joined: (room, answer) => this.batch(() => this.#hearing.joined(room, answer)),
      refused: (room, error) => this.batch(() => this.notShown(room, error.message)),
      changed: () => this.changed("timeline"),
      hole: (room) => this.heads.gap(room) || this.timelines.behind(this.heads.get(room)),
      paged: (answer) => this.#hearing.meetSenders(answer),
    });
    this.#midnight = new Midnight({ ...shared, words: this.words, passed: () => this.changed("clock") });
    this.#hearing = new Hearing(this);
    this.hands = new Hands(this, { call, timers: this.#timers });
    this.files = new Files(this, { transfer, newId });
    this.#views = createViews(this);
  }

  // ------------------------------------------------------------ for whoever reads

  subscribe = (listener) => this.#topics.subscribe(listener);

  /** The current snapshot called `name`; the same object until what it says changes. */
  get(name, ...args) {
    return this.#views.get(name, ...args);
  }

  /** Take a message as the server has it now. */
  heard(message) {
    this.#hearing.message(message);
  }

  /** Something of these topics changed; snapshots that depend on them are made anew when asked for. */
  changed(...topics) {
    this.#topics.changed(...topics);
  }

  version = (topic) => this.#topics.version(topic);

  batch = (work) => this.#topics.batch(work);

  /** Tell `listener` of every event of the server, after the store has taken it; for what is not messages. */
  listen(listener) {
    return this.#listeners.add(listener);
  }

  // ------------------------------------------------------------ life

  /** Begin. `ahead` of the page: what its listeners want to hear is kept until `start()` says that they are there. */
  start({ ahead = false } = {}) {
    if (ahead) this.#listeners.hold();
    else this.#listeners.release();
    if (this.#started) return;
    this.#started = true;
    this.#midnight.start();
    this.link.start();
    this.#transport.start({
      down: () => this.batch(() => this.#down()),
      refused: () => this.batch(() => this.refuse()),
      event: (name, data) => {
        this.batch(() => this.#hearing.hear(name, data));
        this.#listeners.tell(name, data);
      },
    });
  }

  /** End everything: timers, socket, leases. What is not sent stays in the storage. */
  stop() {
    this.#started = false;
    this.#transport.stop();
    this.drafts?.flush();
    this.#halt();
    this.pointers.close();
    this.link.stop();
    this.place.stop();
    this.#midnight.stop();
  }

  /** Stop, and forget what this browser keeps of the account. */
  forget() {
    this.stop();
    this.#persist?.clear();
  }

  /** Try now what failed: the connection, or the open room's messages. */
  reconnect() {
    const { room } = this.place;
    if (this.link.refused) return;
    if (!this.link.online) this.#transport.retry();
    else if (this.errors.delete(room)) {
      this.sync.need(room);
      this.changed("timeline");
    }
  }

  /** The page is about to go away or to sleep. */
  hide() {
    this.drafts?.flush();
    this.pointers.flush();
  }

  /** Another tab changed the shared storage. */
  stored(key) {
    const own = this.#persist?.own(key);
    if (own?.startsWith("out:")) this.batch(() => this.outbox.heard(own.slice(4), this.#persist.get(own)));
  }

  // ------------------------------------------------------------ the connection

  tellPresence(state) {
    this.#transport.send("presence", { state });
  }

  /** Ask the server by the store's socket; rejects when no answer came. */
  async request(event, data) {
    const answer = await this.#transport.request(event, data);
    if (answer?.error?.code === "unauthenticated") this.batch(() => this.refuse());
    return answer;
  }

  #linkChanged() {
    // What others do is not known while nothing is heard; a blink of the network is not worth a word.
    this.people.heardFrom(!this.link.snapshot.shown);
    this.changed("connection", "outbox", "timeline", "presence");
  }

  #down() {
    this.#halt();
    this.link.down();
  }

  refuse(reason = this.me ? "over" : "") {
    this.#halt();
    this.link.refuse(reason);
    this.#transport.stop();
  }

  #halt() {
    this.sync.offline();
    this.pointers.offline();
    this.outbox?.offline();
    this.typing.clear();
    this.faces.reset();
    this.hands.offline();
  }

  /** What this browser keeps of the account: drafts and what is not sent. */
  openAccount(id) {
    if (this.#persist) return;
    this.#persist = new Persist(this.#storage, id);
    this.hands.openAccount(this.#persist);
    this.drafts = new Drafts({ persist: this.#persist, timers: this.#timers });
    this.outbox = new Outbox({
      persist: this.#persist,
      request: (event, data) => this.request(event, data),
      timers: this.#timers,
      clock: this.clock,
      random: this.#random,
      stored: (message) => this.batch(() => this.#hearing.message(message)),
      changed: () => this.changed("outbox"),
    });
  }

  forgetAccount() {
    this.#halt();
    this.drafts.flush();
    this.hands.forgetAccount();
    this.files.uploads.clear();
    this.#persist = null;
    for (const room of this.heads.replaceAll([], "")) this.drop(room);
    this.timelines.clear();
    this.place.leave();
  }

  // ------------------------------------------------------------ where the page is

  /** The page's address changed. */
  setLocation(to) {
    this.#going.setLocation(to);
  }

  /** How to change the page's address; `null` when no page is there to do it. */
  setNavigator(navigate) {
    this.#going.setNavigator(navigate);
  }

  openRoom(room) {
    this.#going.openRoom(room);
  }

  /** `{visible, focused, covered, atBottom}`, any of them: only what is seen to its end is read. */
  setView(change) {
    this.batch(() => {
      const before = this.place.atBottom;
      if (this.place.look(change)) {
        this.place.returned(this.heads.get(this.place.room));
        this.changed("timeline");
      }
      const timeline = this.timelines.get(this.place.room);
      if (timeline) timeline.atBottom = this.place.atBottom;
      if (before !== this.place.atBottom) this.changed("timeline");
      this.read();
    });
  }

  /** A room was left for another one. */
  left(room) {
    this.#writing.leave(room);
  }

  /** Show the open room: its kept timeline at once, what changed since as soon as it comes. */
  open() {
    const { room } = this.place;
    if (!room) return;
    this.timelines.open(room, this.place.atBottom);
    this.sync.need(room);
  }

  drop(room) {
    this.timelines.drop(room);
    this.pointers.forget(room);
    this.errors.delete(room);
  }

  /** Bring the message that the address names before the eyes. */
  goToMessage() {
    return this.#going.goToMessage();
  }

  /** Go to the message that the address names once more. */
  seekAgain(message) {
    this.#going.seekAgain(message);
  }

  /** Have the scroller go to the "bottom" or to a "message". */
  scrollTo(to, id = "") {
    this.scroll = { n: this.scroll.n + 1, to, id };
    this.changed("scroll");
  }

  /** Say why the messages of a room cannot be shown. */
  notShown(room, why) {
    this.errors.set(room, why);
    this.changed("timeline");
  }

  /** Move the read pointer when the newest message is before somebody's eyes. */
  read() {
    if (this.place.reading) this.markRead();
  }

  // ------------------------------------------------------------ what people do

  /** Mark the open room as read, as far as it is shown. */
  markRead() {
    const { room } = this.place;
    const timeline = this.timelines.get(room);
    const head = this.heads.get(room);
    if (!head || !timeline?.loaded || timeline.hasNewer || timeline.gap) return;
    const { lastSeq } = timeline;
    if (lastSeq <= head.readSeq) return;
    this.heads.read(room, lastSeq);
    this.pointers.read(room, lastSeq);
    this.changed("rooms", "timeline");
  }

  setDraft(text) {
    this.#writing.setDraft(text);
  }

  replyTo(id) {
    this.#writing.replyTo(id);
  }

  typingPing() {
    this.#writing.typingPing();
  }

  send() {
    return this.#writing.send();
  }

  post(room, content, files) {
    this.#writing.post(room, content, files);
  }

  retry(key) {
    this.#writing.retry(key);
  }

  discard(key) {
    this.#writing.discard(key);
  }

  loadOlder() {
    return this.sync.page(this.place.room, "older");
  }

  loadNewer() {
    return this.sync.page(this.place.room, "newer");
  }

  jumpLatest() {
    this.#going.jumpLatest();
  }

  choose(name, value) {
    this.choices.set(name, value);
    this.changed("choices");
  }
}
