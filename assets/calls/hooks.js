// Calls for React: a hook for the view, functions for what a person does. `chatbeside/ui/calls` names them for Python.
// This module is also loaded where pages are rendered ahead, without a browser: nothing may touch `window` at import.

import { useSyncExternalStore } from "react";
import { calls, captions } from "./browser.js";
import { NO_CAPTIONS } from "./captions.js";
import { NO_CALL } from "./look.js";

const isBrowser = typeof window !== "undefined";
const never = () => () => {};

export function useCall() {
  const store = isBrowser ? calls() : null;
  return useSyncExternalStore(store ? store.subscribe : never, () => store.view, () => NO_CALL);
}

export function useCaptions() {
  const store = isBrowser ? captions() : null;
  return useSyncExternalStore(store ? store.subscribe : never, () => store.view, () => NO_CAPTIONS);
}

export const callToggleCaptions = () => captions().toggle();

const isText = (value) => typeof value === "string";
/** An event's value, as the trigger gives it: the event itself or what is in it. */
const valueOf = (given) => (isText(given) || typeof given === "boolean" ? given : (given?.target?.value ?? ""));

export const callStart = (kind, room, peer) => calls().start({ kind, room, peer });
export const callNow = () => void calls().call();
export const callAccept = (how) => void calls().accept(how === "video");
export const callDecline = () => calls().decline();
export const callAnswerByMessage = () => calls().answerByMessage();
export const callLeave = () => calls().leave();
export const callAgain = () => calls().again();
export const callDismiss = () => calls().dismiss();
export const callToggleMute = () => calls().toggleMute();
export const callToggleCamera = () => calls().toggleCamera();
export const callToggleScreen = () => calls().toggleScreen();
export const callToggleMore = () => calls().toggleMore();
export const callShrink = () => calls().setSmall(true);
export const callGrow = () => calls().setSmall(false);
export const callUseDevice = (device, id) => calls().useDevice(device, valueOf(id));
export const callToggleAsk = () => calls().setAsk(!calls().view.ask);
export const callRecord = (on) => void calls().recording.toggle(on);
export const callTestSpeaker = () => void calls().tones.test(calls().view.speaker);
export const callListen = () => {
  calls().setBlocked(false);
  for (const element of document.querySelectorAll("[data-call-media]")) element.play().catch(() => calls().setBlocked(true));
};

/** Show the other person's picture in a window of its own, over other programs. */
export async function callPictureInPicture() {
  const video = document.querySelector("video[data-call-media=remote]");
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video?.requestPictureInPicture();
  } catch {
    // The browser does not want to; the small window is there anyway.
  }
}
