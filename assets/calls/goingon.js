// Whether a call of any kind goes on here, in words.

/** @param view Of the call of two. @param session Of the call of a room, or null. Empty when there is no call. */
export function backTo(view, session) {
  if (session) return `You are in the call in ${session.title || "the room"}`;
  if (view.phase === "incoming") return `${view.name} is calling`;
  return ["outgoing", "joining", "talking"].includes(view.phase) ? `You are in a call with ${view.name}` : "";
}
