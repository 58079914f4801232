// Snapshots of what the hands are at: the message that is pointed at, quick reactions, pins, toasts.

import { attachmentView } from "./attachments.js";
import { USUAL } from "./emoji.js";
import { mayCallRoom, mayIn } from "./may.js";
import { FOLDED, href, keyOf, summary } from "./rows.js";

const NOTHING = Object.freeze([]);
const RECENT = 60;

const NO_TARGET = Object.freeze({
  key: "",
  id: "",
  href: "",
  mine: false, sender_id: "", bot: false,
  name: "",
  summary: "",
  text: "",
  pinned: false,
  can_react: false,
  can_reply: false,
  can_edit: false,
  can_delete: false,
  can_pin: false,
  can_forward: false,
});

export const HAND_EMPTY = Object.freeze({ target: NO_TARGET, quick_emoji: Object.freeze([...USUAL]), pins: NOTHING, room_files: NOTHING, toasts: NOTHING, completion: Object.freeze({ people: NOTHING, recent: NOTHING, emoji: NOTHING, me: "", everybody: false }) });

export function handViews(store) {
  const { people, words } = store;
  return {
    target: {
      topics: ["pointed", "timeline", "rooms", "people", "location"],
      make() {
        const { target: message } = store.hands;
        if (!message || message.deletedAt || message.messageType !== "text") return NO_TARGET;
        const me = store.me?._id ?? "";
        const may = mayIn(store.heads.get(message.room), message, me);
        return {
          key: keyOf(message, me),
          id: message._id,
          href: href(message.room, message._id),
          mine: message.sender === me,
          sender_id: message.sender,
          bot: people.get(message.sender).bot,
          name: people.name(message.sender),
          summary: people.folded(message) ? FOLDED : summary(message),
          text: people.folded(message) ? "" : message.content,
          pinned: Boolean(message.pinnedAt),
          can_react: may.react,
          can_reply: may.reply,
          can_edit: may.edit,
          can_delete: may.remove,
          can_pin: may.pin,
          can_forward: Boolean(message.content || message.attachments?.length),
        };
      },
    },
    quick_emoji: { topics: ["emoji", "me"], make: () => store.hands.quick },
    pins: {
      topics: ["pins", "people", "location", "clock"],
      make: () =>
        store.hands.pins.of(store.place.room).map((message) => ({
          id: message._id,
          href: href(message.room, message._id),
          name: people.name(message.sender),
          sender_id: message.sender,
          avatar_url: people.picture(message.sender),
          bot: people.get(message.sender).bot,
          text: summary(message),
          time: words.ago(Date.parse(message.timestamp), store.clock.now()),
          iso: message.timestamp,
          full_time: words.full(Date.parse(message.timestamp)),
        })),
    },
    room_files: {
      topics: ["files", "people", "location", "clock"],
      make: () =>
        store.hands.files.of(store.place.room).flatMap((message) =>
          message.attachments.map((file) => {
            const view = attachmentView(file, words, store.base);
            return {
              id: view.id,
              message: message._id,
              href: href(message.room, message._id),
              name: view.name,
              about: `${view.size_text} · ${people.name(message.sender)}`,
              thumbnail_url: view.thumbnail_url,
              download_url: view.download_url,
              time: words.ago(Date.parse(message.timestamp), store.clock.now()),
              iso: message.timestamp,
              full_time: words.full(Date.parse(message.timestamp)),
            };
          }),
        ),
    },
    completion: {
      topics: ["members", "people", "location", "timeline", "rooms", "emoji"],
      make() {
        const { room } = store.place;
        const head = store.heads.get(room);
        const spoke = (store.timelines.get(room)?.messages ?? []).slice(-RECENT).map((message) => message.sender);
        return {
          people: store.hands.rosters.of(room).map((user) => ({ ...user, picture: people.picture(user._id) })),
          recent: [...new Set(spoke.reverse())],
          emoji: store.hands.recent,
          me: store.me?._id ?? "",
          everybody: mayCallRoom(head),
        };
      },
    },
    toasts: { topics: ["toasts"], make: () => store.hands.toasts.list },
  };
}
