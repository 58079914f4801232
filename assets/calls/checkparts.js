// The parts of the test that hold media; see `chatbeside/ui/calls/check.py`.

import { createElement, useEffect, useRef } from "react";
import { check, useCheckStore } from "./checkhooks.js";
import { Level, useStream } from "./elements.js";

/** The own picture. That it plays is what the test wants to know. */
export function CheckPicture({ className, label }) {
  const element = useRef(null);
  useStream(element, useCheckStore((store) => store.picture));
  return createElement("video", {
    ref: element, className, "aria-label": label, autoPlay: true, playsInline: true, muted: true, onPlaying: () => check().seen(),
  });
}

/** How loud the own microphone is. */
export function CheckLevel({ label }) {
  return createElement(Level, { stream: useCheckStore((store) => store.sound), label, onLevel: (level) => check().level(level) });
}

/** Plays what comes back from the server, on the chosen speaker; shows nothing. Leaving the page ends the test. */
export function CheckSound() {
  const element = useRef(null);
  useStream(element, useCheckStore((store) => store.echo), () => check().setBlocked(true));
  const speaker = useCheckStore((store) => store.view.chosen_speaker, "");
  useEffect(() => {
    element.current?.setSinkId?.(speaker).catch(() => {});
  }, [speaker]);
  useEffect(() => () => check().stop(), []);
  return createElement("audio", { ref: element, "data-check-media": "echo", autoPlay: true });
}
