// The test of devices and connection for React: a hook for the view, functions for what a person does.
// `chatbeside/ui/calls/check.py` names them for Python. Loaded without a browser too: nothing touches `window` at import.

import { useSyncExternalStore } from "react";
import { ask } from "../live/browser.js";
import { DeviceCheck, NO_CHECK } from "./check.js";
import { createTones } from "./tones.js";

const KEY = Symbol.for("chatbeside.check");
const isBrowser = typeof window !== "undefined";
const never = () => () => {};

/** The one test of this page; only in a browser. */
export function check() {
  globalThis[KEY] ??= create();
  return globalThis[KEY];
}

function create() {
  const made = new DeviceCheck({
    media: navigator.mediaDevices,
    tones: createTones(),
    memory: storage(),
    timers: window,
    fetchIce: async () => {
      const answer = await ask("/api/calls/ice", { method: "GET" });
      if (!answer.ok) throw new Error(String(answer.status));
      return (await answer.json()).iceServers;
    },
    open: async (offer) => {
      const answer = await ask("/api/calls/echo", { body: { offer } });
      const said = await answer.json().catch(() => ({}));
      return answer.ok ? said.echo : { problem: said.detail ?? "The server cannot be reached. Try again in a moment." };
    },
    // Also on the way out of the page, when nobody waits for the answer.
    close: (leg) => void ask(`/api/calls/echo/${leg}`, { method: "DELETE" }).catch(() => {}),
  });
  window.addEventListener("pagehide", () => made.stop());
  made.look();
  return made;
}

function storage() {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** What `look` sees in the test; `otherwise` where there is no browser. */
export function useCheckStore(look, otherwise = null) {
  const store = isBrowser ? check() : null;
  return useSyncExternalStore(store ? store.subscribe : never, () => look(store), () => otherwise);
}

export const useCheck = () => useCheckStore((store) => store.view, NO_CHECK);

export const checkStart = () => void check().start();
export const checkStop = () => check().stop();
export const checkPlay = () => check().play();
export const checkHeard = (yes) => check().heard(yes === true);
export const checkUse = (device, given) => check().use(device, typeof given === "string" ? given : (given?.target?.value ?? ""));
export const checkListen = () => {
  check().setBlocked(false);
  document.querySelector("[data-check-media=echo]")?.play().catch(() => check().setBlocked(true));
};
