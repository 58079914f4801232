// The quick switcher's own finds, from what the page knows: no round trip, so they are there with the letter.
import { live } from "./browser.js";
import { useLive } from "./hooks.js";

export const useLiveFinds = () => useLive("finds");
/** Who of `people` is not offered already, as the other one of a conversation that was found. */
export function useLiveNotListed(people) {
  const listed = new Set(useLiveFinds().filter(({ kind }) => kind === "direct").map(({ avatar_id: id }) => id));
  return people.filter(({ id }) => !listed.has(id));
}

export const useLivePresence = (id) => useLive("presence", id);

/** Look for what was typed. */
export function liveFind(value) {
  const text = typeof value === "string" ? value : value?.target?.value;
  if (typeof text === "string") live().choose("find", text);
}
