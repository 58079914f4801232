// The calls of this page, with everything that belongs to a browser: devices, storage, title, notifications.

import { ask, live, server } from "../live/browser.js";
import { Captions } from "./captions.js";
import { Sounds } from "./sounds.js";
import { CallStore } from "./store.js";
import { createTones } from "./tones.js";

const KEY = Symbol.for("chatbeside.calls");
const CAPTIONS = Symbol.for("chatbeside.captions");
const DEVICE = Symbol.for("chatbeside.device");
const FLASH_EVERY = 1000;

/** The one call store of this page; only in a browser. The same whichever copy of this module asks. */
export function calls() {
  globalThis[KEY] ??= create();
  return globalThis[KEY];
}

/** The captions of this page's calls. */
export function captions() {
  globalThis[CAPTIONS] ??= new Captions({
    calls: calls(),
    RTC: globalThis.RTCPeerConnection,
    media: navigator.mediaDevices,
    timers: window,
    fetchIce,
    open: async (call, offer) => {
      const answer = await ask(`/api/calls/${call}/captions`, { method: "POST", body: { offer } });
      const said = await answer.json();
      return answer.ok ? said.captions : { problem: said.detail };
    },
    close: (call) =>
      ask(`/api/calls/${call}/captions`, { method: "DELETE" }).then(
        (answer) => answer.ok || answer.status === 404,
        () => false,
      ),
    tell: (on) => calls().peer?.setCaptions(on),
  });
  return globalThis[CAPTIONS];
}

export function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function storage(name) {
  try {
    return window[name];
  } catch {
    return undefined;
  }
}

/** The name of this page: the same after a reload, another one for a duplicated or a new tab. */
export function deviceName() {
  if (globalThis[DEVICE]) return globalThis[DEVICE];
  const kept = storage("sessionStorage");
  const reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  const known = reloaded ? kept?.getItem("chatbeside.device") : null;
  const name = (globalThis[DEVICE] = known || randomName());
  try {
    kept?.setItem("chatbeside.device", name);
  } catch {
    // Without a storage a reload is another device.
  }
  return name;
}

export async function fetchIce() {
  const answer = await ask("/api/calls/ice", { method: "GET" });
  return answer.ok ? (await answer.json()).iceServers : [];
}

function create() {
  const chat = live();
  const store = new CallStore({
    request: (event, data) => chat.request(event, data),
    me: () => chat.me?._id ?? "",
    people: chat.people,
    device: deviceName(),
    newPage: randomName,
    // Most pages never see a call, so what makes one is fetched with the first.
    makePeer: async (options) => {
      const { CallPeer } = await import("./core.js");
      return new CallPeer({ newId: randomName, ...options });
    },
    fetchIce,
    media: navigator.mediaDevices,
    timers: window,
    tones: createTones(),
    memory: storage("localStorage"),
    kept: storage("sessionStorage"),
    openRoom: (room) => chat.openRoom(room),
    floats: document.pictureInPictureEnabled === true,
  });
  chat.listen((name, data) => {
    // Somebody may call before there is a message, of which the page would know them.
    if (data?.callerDevice) chat.faces.want([data.caller, data.callee]);
    store.hear(name, data);
  });
  chat.subscribe(() => store.refresh());
  window.addEventListener("pagehide", () => store.hide());
  window.addEventListener("online", () => store.networkChanged());
  navigator.connection?.addEventListener?.("change", () => store.networkChanged());
  store.subscribe(attention(store));
  const sounds = new Sounds({ document, mark: { "data-call-media": "sound" }, blocked: () => store.setBlocked(true) });
  store.subscribe(() => {
    const sound = store.peer?.snapshot.remoteAudio;
    sounds.play(sound ? [["", sound]] : [], store.view.speaker);
  });
  return store;
}

/** Bring an incoming call before the eyes of somebody who looks elsewhere: the title flashes, a notification shows. */
function attention(store) {
  let ringing = false;
  let timer = null;
  let before = "";
  let shown = "";
  let notification = null;

  const flash = () => {
    if (document.title !== shown) before = document.title;
    shown = document.title === shown ? before : `${store.view.name} is calling`;
    document.title = shown;
  };

  return () => {
    const now = store.view.phase === "incoming";
    if (now === ringing) return;
    ringing = now;
    if (now) {
      flash();
      timer = window.setInterval(flash, FLASH_EVERY);
      notification = notify(store.view);
    } else {
      window.clearInterval(timer);
      if (document.title === shown) document.title = before;
      shown = "";
      notification?.close();
      notification = null;
    }
  };
}

function notify(view) {
  if (!document.hidden || globalThis.Notification?.permission !== "granted") return null;
  try {
    const body = view.kind === "video" ? "Call with picture" : "Call with sound";
    const notification = new Notification(`${view.name} is calling`, { body, tag: "chatbeside-call", icon: `${server()}/mark.svg` });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return notification;
  } catch {
    return null; // Phones have no such constructor.
  }
}
