// Snapshots of the store, each made anew only when one of its topics changed, and shared part by part with before.

import { FILE_EMPTY, fileViews, filesReady } from "./files.js";
import { summaryOf } from "./composing.js";
import { grouped } from "./groups.js";
import { HAND_EMPTY, handViews } from "./handviews.js";
import { rank } from "./finds.js";
import { MessageRows, NO_QUOTE } from "./rows.js";
import { NO_ROOM, RoomRows, totals } from "./roomrows.js";
import { Timeline } from "./timeline.js";
import { share } from "./share.js";

const NOTHING = Object.freeze([]);
const NO_TIMELINE = new Timeline("");

/** Every snapshot before there is a store: what a page shows when it is rendered ahead. */
export const EMPTY = Object.freeze({
  me: Object.freeze({ id: "", username: "", display_name: "", avatar_url: "", email: "", administrator: false }),
  connection: Object.freeze({ state: "connecting", reason: "", queued: 0, since: 0, shown: false, text: "" }),
  current_room: "",
  rooms_ready: false,
  rooms: NOTHING,
  finds: NOTHING,
  presence: "",
  room: NO_ROOM,
  messages: NOTHING,
  message_groups: NOTHING,
  timeline: Object.freeze({
    loading: false,
    loaded: false,
    has_older: false,
    has_newer: false,
    loading_older: false,
    loading_newer: false,
    unseen: 0,
    at_bottom: false,
    empty: false,
    error: "",
  }),
  typing: NOTHING,
  typing_text: "",
  draft: "",
  composer: Object.freeze({ text: "", length: 0, max_length: 12_000, too_long: false, notice: "", can_send: false, reply: NO_QUOTE, editing: "" }),
  totals: Object.freeze({ unread: 0, mentions: 0, rooms: 0 }),
  ...HAND_EMPTY,
  ...FILE_EMPTY,
  announcement: "",
  scroll: Object.freeze({ n: 0, to: "", id: "" }),
});

export function createViews(store) {
  const { words, people, clock, base } = store;
  const messageRows = new MessageRows({ words, markdown: store.markdown, people, clock, base });
  const roomRows = new RoomRows({ words, people, clock, base });

  const open = () => store.timelines.get(store.place.room) ?? NO_TIMELINE;
  const head = () => store.heads.get(store.place.room);
  const myId = () => store.me?._id ?? "";
  const othersTyping = () => store.typing.in(store.place.room).map((id) => people.name(id));

  const makers = {
    me: {
      topics: ["me", "people"],
      make() {
        const { me } = store;
        if (!me) return EMPTY.me;
        return {
          id: me._id,
          username: me.username,
          display_name: people.name(me._id),
          avatar_url: people.picture(me._id),
          email: me.email ?? "",
          administrator: Boolean(me.administrator),
        };
      },
    },
    connection: {
      topics: ["connection", "outbox"],
      make() {
        const queued = store.outbox?.queued ?? 0;
        return { ...store.link.snapshot, queued, text: connectionText(store.link.snapshot, queued) };
      },
    },
    current_room: { topics: ["location"], make: () => store.place.room },
    rooms_ready: { topics: ["rooms"], make: () => store.heads.ready },
    rooms: {
      topics: ["rooms", "people", "presence", "typing", "drafts", "outbox", "location", "clock"],
      make(filter) {
        if (!store.heads.ready) return NOTHING;
        return roomRows.build({
          heads: store.heads.rooms,
          me: myId(),
          filter,
          current: store.place.room,
          drafts: store.drafts,
          typing: (room) => store.typing.in(room),
          entries: (room) => store.outbox.entries(room),
        });
      },
    },
    finds: {
      topics: ["rooms", "people", "presence", "choices"],
      make() {
        if (!store.heads.ready) return NOTHING;
        return rank(roomRows.finds(store.heads.rooms, myId()), store.choices.get("find") ?? "");
      },
    },
    presence: { topics: ["presence"], make: (id) => people.presence(id) },
    room: {
      topics: ["rooms", "people", "presence", "location"],
      make: () => roomRows.view({ head: head(), me: myId(), room: store.place.room, ready: store.heads.ready, gone: store.heads.gone.get(store.place.room), entries: store.outbox?.entries(store.place.room) }),
    },
    messages: {
      topics: ["timeline", "rooms", "people", "outbox", "location", "clock"],
      make() {
        const room = head();
        const timeline = open();
        // What waits to be sent is shown before the conversation is there.
        const entries = (room && store.outbox?.entries(room.room)) ?? NOTHING;
        if (!room || (!timeline.loaded && entries.length === 0)) return NOTHING;
        return messageRows.build({
          me: myId(),
          head: room,
          timeline,
          entries,
          divider: store.place.divider,
          highlighted: store.place.message,
          seen: (message) => store.hands.deeds.seen(message),
        });
      },
    },
    timeline: {
      topics: ["timeline", "rooms", "outbox", "location", "connection"],
      make() {
        const { room } = store.place;
        const timeline = open();
        const error = store.errors.get(room) ?? "";
        const entries = store.outbox?.entries(room).length ?? 0;
        return {
          loading: Boolean(room) && !timeline.loaded && !error,
          loaded: timeline.loaded,
          has_older: timeline.loaded && timeline.hasOlder,
          has_newer: timeline.hasNewer,
          loading_older: store.sync.paging(room, "older"),
          loading_newer: store.sync.paging(room, "newer"),
          unseen: store.place.atBottom && !timeline.hasNewer ? 0 : (head()?.unread ?? 0),
          at_bottom: store.place.atBottom && !timeline.hasNewer,
          empty: timeline.loaded && timeline.messages.length === 0 && !timeline.hasOlder && entries === 0,
          error,
        };
      },
    },
    typing: { topics: ["typing", "people", "location"], make: othersTyping },
    typing_text: { topics: ["typing", "people", "location"], make: () => words.typing(othersTyping()) },
    draft: { topics: ["draft", "location"], make: () => store.drafts?.text(store.place.room) ?? "" },
    composer: {
      topics: ["draft", "location", "timeline", "rooms", "me", "people", "uploads", "outbox"],
      make() {
        const { room } = store.place;
        const editing = store.hands.editing(room);
        const text = editing?.text ?? store.drafts?.text(room) ?? "";
        const id = editing ? "" : store.drafts?.replyTo(room);
        const reply = id ? messageRows.quote(room, id, store.hands.deeds.seen(open().get(id))) : NO_QUOTE;
        const known = head();
        const files = editing ? undefined : filesReady(store, room);
        return { ...summaryOf({ text, max: store.maxContent, open: Boolean(known) && !known.archivedAt, reply, files, held: store.outbox?.heldFor(room) ?? 0 }), editing: editing?.id ?? "" };
      },
    },
    totals: { topics: ["rooms"], make: () => totals(store.heads.rooms) },
    announcement: { topics: ["said"], make: () => store.said },
    scroll: { topics: ["scroll"], make: () => store.scroll },
    choice: { topics: ["choices"], make: (name, otherwise) => store.choices.get(name) ?? otherwise },
  };

  makers.message_groups = { topics: makers.messages.topics, make: () => views.get("messages") };
  Object.assign(makers, handViews(store), fileViews(store));
  const cache = new Map();

  const views = {
    get(name, ...args) {
      const key = args.length > 0 ? `${name}\n${args.join("\n")}` : name;
      const { topics, make } = makers[name];
      let version = 0;
      for (const topic of topics) version += store.version(topic);
      const known = cache.get(key);
      if (known?.version === version) return known.value;
      const made = make(...args);
      const value = (SHARED[name] ?? share)(known?.value, made);
      cache.set(key, { version, value });
      return value;
    },
  };
  return views;
}

/** Rows are cached one by one already: only the list itself is compared. */
function sameRows(before, rows) {
  return before?.length === rows.length && rows.every((row, i) => row === before[i]) ? before : rows;
}

/** A room's row stays the same object wherever it moves to. */
function sameRooms(before, rows) {
  if (!before) return rows;
  const known = new Map(before.map((row) => [row.room, row]));
  return sameRows(before, rows.map((row) => share(known.get(row.room), row)));
}

/** How these snapshots are shared with before; all others part by part. */
const SHARED = {
  messages: sameRows,
  message_groups: (before, rows) => sameRows(before, grouped(rows, before)),
  rooms: sameRooms,
};

function connectionText({ state }, queued) {
  if (state === "refused") return "Your session has ended. Log in again.";
  if (state === "online") return "";
  if (state === "connecting") return "Connecting…";
  if (queued === 0) return "You are offline. What you write waits here and goes out when the connection is back.";
  const waiting = queued === 1 ? "One message waits here and goes out" : `${queued} messages wait here and go out`;
  return `You are offline. ${waiting} when the connection is back.`;
}
