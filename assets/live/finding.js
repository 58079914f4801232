// The quick switcher's own finds, from what the page knows: no round trip, so they are there with the letter.
import { live } from "./browser.js";
import { useLive } from "./hooks.js";

export const useLiveFinds = () => useLive("finds");
export const useLivePresence = (id) => useLive("presence", id);

/** Look for what was typed. */
export function liveFind(value) {
  const text = typeof value === "string" ? value : value?.target?.value;
  if (typeof text === "string") live().choose("find", text);
}
