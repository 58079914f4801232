// What somebody may do with a message, as the page offers it; `domain/permissions.py` has the last word.

const NOTHING = Object.freeze({ react: false, reply: false, edit: false, remove: false, pin: false });

/** @param head The room's RoomWire. @param message A stored message. @param me Own user id. */
export function mayIn(head, message, me) {
  if (!head || head.archivedAt || !message?._id || message.deletedAt || message.messageType !== "text") return NOTHING;
  const own = message.sender === me;
  const manages = head.role === "admin" || head.role === "owner";
  const direct = head.kind === "direct";
  return { react: true, reply: true, edit: own && !message.data?.poll, remove: own || (!direct && manages), pin: direct || manages };
}

/** Whether `@room` calls anybody when this person writes it. */
export const mayCallRoom = (head) => head?.kind === "group" && (head.role === "admin" || head.role === "owner");
