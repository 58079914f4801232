// The quiet lines of a room in words, made from the data of the message, so that they name people as the page does.

import { plain } from "./markdown.js";

const LONGEST = 400;

const ROLES = { owner: "the owner", admin: "an admin", member: "a member" };

const LINES = {
  "room made": ({ who }) => `${who} made this room`,
  joined: ({ who, value }) => (value === "invite" ? `${who} came in by an invite` : `${who} joined`),
  added: ({ who, whom }) => `${who} added ${whom}`,
  left: ({ who }) => `${who} left`,
  removed: ({ who, whom }) => `${who} removed ${whom}`,
  "role changed": ({ who, whom, value }) => (ROLES[value] ? `${who} made ${whom} ${ROLES[value]}` : ""),
  "name changed": ({ who, value }) => (value ? `${who} renamed this room to ${value}` : ""),
  "topic changed": ({ who, value }) => (value ? `${who} set the topic: ${value}` : `${who} removed the topic`),
  "public changed": ({ who, value }) => `${who} made this room ${value ? "public" : "private"}`,
  archived: ({ who }) => `${who} archived this room`,
  restored: ({ who }) => `${who} brought this room back`,
};

/** What a message of the type `system` tells. One that this version does not know is shown as it was stored. */
export function systemLine(message, people, me) {
  const { event, user, value } = message.data ?? {};
  const name = (id, own) => (id === me ? own : people.has(id) ? people.name(id) : "");
  const who = name(message.sender, "You");
  const whom = user ? name(user, "you") : "";
  const line = Object.hasOwn(LINES, event) ? LINES[event] : undefined;
  const told = line && who && (whom || !user) ? line({ who, whom, value }) : "";
  return told || plain(message.content, LONGEST);
}
