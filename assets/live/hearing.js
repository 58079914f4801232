// What the server says, event by event, and what becomes of it in the store.

import { summary } from "./rows.js";

export class Hearing {
  #store;

  constructor(store) {
    this.#store = store;
  }

  hear(name, data) {
    const store = this.#store;
    if (name === "ready") this.#ready(data);
    if (!store.me) return;
    switch (name) {
      case "chat message":
      case "message changed":
        this.message(data);
        break;
      case "typing":
        if (data.user !== store.me._id && !store.people.blocked(data.user)) store.typing.take(data);
        store.faces.want([data.user]);
        break;
      case "read":
        this.receipt(data.room, data);
        break;
      case "presence":
        store.people.heard(data);
        store.changed("presence");
        break;
      case "people":
        this.meet(data.people);
        break;
      case "account":
        store.me = data.user;
        this.meet([data.user]);
        store.changed("me");
        break;
      case "blocked":
        store.people.setBlocked(data.users);
        store.changed("people", "presence", "rooms", "timeline");
        break;
      case "room changed":
        if (data.room?.gone) this.#gone(data.room.room);
        else this.#roomChanged(data.room);
        break;
      case "session ended":
        store.refuse(data?.reason);
        // Without a reason somebody logged out, here or in another tab, and this may be heard before the answer is.
        if (data?.reason === "") store.forget();
        break;
    }
  }

  #ready({ user, rooms, people, presence, blocked, server }) {
    const store = this.#store;
    const { heads, place } = store;
    if (store.me && store.me._id !== user._id) store.forgetAccount();
    store.me = user;
    store.openAccount(user._id);
    store.maxContent = server?.maxContent ?? store.maxContent;
    store.files.uploads.max = server?.maxUpload ?? store.files.uploads.max;
    this.meet([user, ...(people ?? []), ...rooms.map((room) => room.peer)]);
    store.people.setPresence(presence);
    store.people.setBlocked(blocked);
    store.link.up();
    for (const room of heads.replaceAll(rooms, user._id)) store.drop(room);
    store.faces.reset();
    for (const head of heads.rooms.values()) {
      this.#confirm(head);
      store.faces.want([head.lastMessage?.sender, head.lastMessage?.data?.user]);
    }
    store.sync.online();
    store.pointers.online();
    store.outbox.online();
    store.files.uploads.online();
    place.enter(heads.get(place.room));
    if (place.away) store.tellPresence("away");
    store.open();
    store.changed("me", "rooms", "presence", "timeline", "outbox", "drafts", "draft");
  }

  /** A message is new or has changed. */
  message(message) {
    const store = this.#store;
    store.typing.stop(message.room, message.sender);
    store.faces.want(namedIn([message]));
    store.hands.heard(message);
    const listed = store.heads.receive(message);
    const placed = store.timelines.get(message.room)?.receive(message);
    if (listed === "gap" || (message.room === store.place.room && placed === "gap")) store.sync.gap(message.room);
    if (message.sender === store.me._id) {
      store.outbox.settle(message);
      store.files.uploads.done(message.clientId);
    }
    this.#settle(message.room);
    store.changed("rooms", "timeline");
    store.read();
  }

  /** A new message has its place in the list. */
  arrived(head, message) {
    const store = this.#store;
    if (message.sender === store.me._id) return;
    store.pointers.delivered(head.room, message.seq);
    this.#announce(message);
  }

  /** Say a message of somebody else's in the open room to who does not see it. */
  #announce(message) {
    const store = this.#store;
    if (message.room !== store.place.room || message.messageType !== "text" || message.sender === store.me._id || store.people.blocked(message.sender)) return;
    store.said = `${store.people.name(message.sender)}: ${summary(message)}`;
    store.changed("said");
  }

  /** Somebody has read or received more. */
  receipt(room, receipt) {
    if (this.#store.heads.receipt(room, receipt)) this.#store.changed("rooms", "timeline");
  }

  /** Take people's public faces. */
  meet(people) {
    if (this.#store.people.take((people ?? []).filter(Boolean))) this.#store.changed("people");
  }

  /** Take the faces that came with messages, and ask for those that did not. */
  meetSenders({ people, messages }) {
    this.meet(people);
    this.#store.faces.want(namedIn(messages));
  }

  /** The answer to a join; the timeline has taken it already. */
  joined(room, answer) {
    const store = this.#store;
    this.meet([answer.room?.peer]);
    this.meetSenders(answer);
    if (answer.room) store.heads.put(answer.room);
    store.errors.delete(room);
    if (store.heads.gap(room)) store.sync.gap(room);
    this.#settle(room);
    if (room === store.place.room) {
      store.place.enter(store.heads.get(room));
      store.goToMessage();
    }
    store.changed("rooms", "timeline");
    store.read();
  }

  #roomChanged(room) {
    const store = this.#store;
    const before = store.heads.get(room.room);
    this.meet([room.peer]);
    store.faces.want([room.lastMessage?.sender, room.lastMessage?.data?.user]);
    store.heads.put(room);
    // The first message of a conversation comes with it, before it comes by itself.
    if (before && room.lastMessage?.seq > before.lastSeq) this.#announce(room.lastMessage);
    store.hands.roomChanged(room.room);
    this.#confirm(store.heads.get(room.room));
    if (room.room === store.place.room) {
      const timeline = store.timelines.get(room.room);
      store.place.enter(store.heads.get(room.room));
      if (!timeline?.loaded || store.errors.has(room.room)) store.open();
      else if (timeline.rev < room.rev) store.sync.gap(room.room);
      store.errors.delete(room.room);
    }
    store.changed("rooms", "timeline");
  }

  #gone(room) {
    const store = this.#store;
    store.heads.remove(room);
    store.drop(room);
    // The announcer says nothing more of a room that this person may not read.
    if (room === store.place.room) store.said = "";
    store.outbox.refuse(room, "You are not in this conversation any more.");
    store.changed("rooms", "timeline", "said");
  }

  /** Say that what came while this device was away has arrived. */
  #confirm(head) {
    const me = this.#store.me._id;
    const own = head.receipts.find((receipt) => receipt.user === me);
    const others = head.unread > 0 || (head.lastMessage !== null && head.lastMessage.sender !== me);
    if (others && (own?.deliveredSeq ?? 0) < head.lastSeq) this.#store.pointers.delivered(head.room, head.lastSeq);
  }

  /** Stored messages keep their outbox row until the timeline shows them. */
  #settle(room) {
    const timeline = this.#store.timelines.get(room);
    for (const { message } of this.#store.outbox.entries(room)) {
      const shown = !timeline?.loaded || timeline.hasNewer || timeline.get(message?._id);
      if (message && shown) this.#store.outbox.shown(message);
    }
  }
}

/** Everybody whose name is shown with these messages. */
const namedIn = (messages) =>
  messages.flatMap(({ sender, mentions, reactions, data }) => [sender, data?.user, ...(mentions ?? []), ...Object.values(reactions ?? {}).flatMap((people) => people.slice(0, 5))]);
