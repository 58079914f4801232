// The parts of a call that must happen in the browser; see `chatbeside/ui/calls/component.py`.

import { createElement, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { calls } from "./browser.js";
import { Level, useStream } from "./elements.js";

const useStore = (look) => useSyncExternalStore(calls().subscribe, () => look(calls()));
const blocked = () => calls().setBlocked(true);

const STREAMS = {
  remote: (store) => store.peer?.snapshot.remoteVideo ?? null,
  own: (store) => store.peer?.snapshot.ownVideo ?? null,
  preview: (store) => store.preview.picture,
};

/** A picture of the call: `part` is "remote", "own" or "preview". */
export function CallPicture({ part, label, className, mirrored = false, onPlaying }) {
  const element = useRef(null);
  useStream(element, useStore(STREAMS[part]), blocked);
  return createElement("video", {
    ref: element,
    className: mirrored ? `${className ?? ""} mirrored` : className,
    "aria-label": label,
    "data-call-media": part,
    autoPlay: true,
    playsInline: true,
    muted: true,
    onPlaying: onPlaying ? () => onPlaying() : undefined,
  });
}

/** How long it has lasted: "4:12". `since` is in milliseconds; nothing before there is one. */
export function CallClock({ since, className }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  if (!since) return null;
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const text = `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return createElement("time", { className, dateTime: `PT${seconds}S` }, text);
}

/** How loud the microphone of the preview is, as bars. */
export function CallLevel({ bars, label }) {
  return createElement(Level, { stream: useStore((store) => store.preview.sound), bars, label });
}

/** A native dialog that is open as long as it is there. Escape calls `onEscape`; focus goes back at the end. */
export function CallDialog({ children, className, label, alert = false, onEscape }) {
  const element = useRef(null);
  const escape = useRef(onEscape);
  escape.current = onEscape;
  useEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    const cancelled = (event) => {
      event.preventDefault();
      escape.current?.();
    };
    dialog.addEventListener("cancel", cancelled);
    return () => {
      dialog.removeEventListener("cancel", cancelled);
      dialog.close();
    };
  }, []);
  return createElement("dialog", { ref: element, className, role: alert ? "alertdialog" : undefined, "aria-label": label }, children);
}

const writing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

/** M, V and S: microphone, camera and screen, while there is a call and nobody is writing. Goes with the chat. */
export function CallKeys() {
  useEffect(() => () => calls().pageLeft(), []);
  useEffect(() => {
    const keys = { m: (store) => store.toggleMute(), v: (store) => store.toggleCamera(), s: (store) => store.toggleScreen() };
    const pressed = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || writing(event.target)) return;
      const act = keys[event.key.toLowerCase()];
      const store = calls();
      if (!act || !["outgoing", "joining", "talking"].includes(store.view.phase)) return;
      event.preventDefault();
      act(store);
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  return null;
}
