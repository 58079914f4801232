// Notifications of this browser: whether they are on, turning them on and off, and showing them through the service
// worker. Nothing is asked before somebody presses the button.

import { useSyncExternalStore } from "react";
import { ask, live } from "./browser.js";
import { Notifier } from "./notify.js";
import { Pushing } from "./pushing.js";

const isBrowser = typeof window !== "undefined";
const KEY = Symbol.for("chatbeside.notifications");
const CHOSEN = "chatbeside:notifications";
const ICON = "/icons/192.png";

const WORDS = {
  off: "Hear of new messages while you look at something else. Your browser will ask you once.",
  asking: "Your browser asks whether chatbeside may show notifications.",
  on: "New messages are shown while chatbeside is open in this browser. When it is closed nothing can be shown: private windows and some browsers have no push service.",
  push: "New messages are shown, also when chatbeside is closed.",
  denied: "This browser does not allow notifications from chatbeside. Allow them in the settings of the site, beside the address, and try again.",
  insecure: "Notifications need a secure address (https). Ask whoever runs this chatbeside.",
  unsupported: "This browser cannot show notifications. On an iPhone or iPad, add chatbeside to the home screen first.",
};
const EMPTY = Object.freeze({ state: "off", on: false, can_turn_on: false, text: "" });

class Notifications {
  view = EMPTY;
  #listeners = new Set();
  #pushed = false;
  #asking = false;
  #notifier;
  #pushing = new Pushing({ workers: navigator.serviceWorker, ask });
  #stopListening = null;

  constructor() {
    this.#notifier = new Notifier({ store: live(), show: (news) => this.#show(news), hide: (room) => void this.#hide(room) });
    live().subscribe(() => this.#notifier.look());
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      if (data?.type === "open room") openRoom(data.room);
    });
    this.#settle();
    if (this.view.state === "on") this.#begin();
    else void this.#pushing.end(); // What an earlier visit could not let go of.
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async turnOn() {
    if (this.#asking || !this.view.can_turn_on) return;
    this.#asking = true;
    this.#settle();
    try {
      if ((await Notification.requestPermission()) === "granted") {
        remember("on");
        await this.#begin();
      }
    } finally {
      this.#asking = false;
      this.#settle();
    }
  }

  async turnOff() {
    remember("");
    this.#stopListening?.();
    this.#stopListening = null;
    this.#notifier.stop();
    this.#settle();
    this.#pushed = false;
    await this.#pushing.end();
  }

  async #begin() {
    this.#stopListening ??= live().listen((name, data) => this.#notifier.hear(name, data));
    try {
      this.#pushed = await this.#pushing.begin();
    } catch {
      // Without a push service of the browser's there are notifications while the page is open.
      this.#pushed = false;
    }
    this.#settle();
  }

  async #show({ room, title, body }) {
    const options = { body, tag: room, icon: ICON, badge: ICON, silent: true, data: { room } };
    const { registration } = this.#pushing;
    if (registration) {
      await registration.showNotification(title, options).catch(() => {});
      return;
    }
    try {
      const shown = new Notification(title, options);
      shown.onclick = () => {
        window.focus();
        shown.close();
        openRoom(room);
      };
    } catch {
      // Phones show notifications only through a service worker.
    }
  }

  async #hide(room) {
    const shown = (await this.#pushing.registration?.getNotifications({ tag: room })) ?? [];
    for (const one of shown) one.close();
  }

  #settle() {
    const state = this.#state();
    const on = state === "on";
    this.view = { state, on, can_turn_on: state === "off" || state === "denied", text: WORDS[on && this.#pushed ? "push" : state] };
    for (const listener of this.#listeners) listener();
  }

  #state() {
    if (!window.isSecureContext) return "insecure";
    if (!("Notification" in window) || !navigator.serviceWorker) return "unsupported";
    if (this.#asking) return "asking";
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && remembered() === "on" ? "on" : "off";
  }
}

function openRoom(room) {
  if (window.location.pathname === "/") live().openRoom(room);
  else window.location.assign(room ? `/?room=${encodeURIComponent(room)}` : "/");
}

function remember(value) {
  try {
    window.localStorage.setItem(CHOSEN, value);
  } catch {
    // Storage is blocked: it holds until the page is left.
  }
}

function remembered() {
  try {
    return window.localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

/** The one of this page; only in a browser. */
export function notifications() {
  globalThis[KEY] ??= new Notifications();
  return globalThis[KEY];
}

export const useLiveNotifications = () =>
  useSyncExternalStore(
    isBrowser ? notifications().subscribe : () => () => {},
    () => notifications().view,
    () => EMPTY,
  );

export const liveTurnOnNotifications = () => void notifications().turnOn();
export const liveTurnOffNotifications = () => void notifications().turnOff();
