// The calls of rooms of this page, with everything that belongs to a browser.

import { calls, deviceName, fetchIce, randomName, storage } from "../calls/browser.js";
import { Choices } from "../calls/choices.js";
import { Sounds } from "../calls/sounds.js";
import { live } from "../live/browser.js";
import { GroupHub } from "./hub.js";

const KEY = Symbol.for("chatbeside.group");
const IN_A_CALL = new Set(["outgoing", "joining", "talking"]);

/** The one hub of this page; only in a browser. The same whichever copy of this module asks. */
export function groups() {
  globalThis[KEY] ??= create();
  return globalThis[KEY];
}

function create() {
  const chat = live();
  const direct = calls();
  const hub = new GroupHub({
    request: (event, data) => chat.request(event, data),
    me: () => chat.me?._id ?? "",
    people: chat.people,
    device: deviceName(),
    // The stage too: a session without one would have an open microphone and no buttons.
    load: () => Promise.all([import("./session.js"), import("./stage.js")]).then(([session]) => session),
    kept: storage("sessionStorage"),
    busy: () => IN_A_CALL.has(direct.view.phase),
    names: (names) => chat.words.names(names),
    make: {
      fetchIce,
      media: navigator.mediaDevices,
      // Read anew for each call: the preview may have chosen others.
      get choices() {
        return new Choices({ media: navigator.mediaDevices, memory: storage("localStorage"), changed: () => hub.changed() });
      },
      RTC: globalThis.RTCPeerConnection,
      Stream: globalThis.MediaStream,
      timers: { setTimeout: (...args) => window.setTimeout(...args), clearTimeout: (id) => window.clearTimeout(id) },
      newId: randomName,
    },
  });
  const sounds = new Sounds({ document, mark: { "data-group-media": "voice" }, blocked: () => hub.session?.setBlocked(true) });
  hub.subscribe(() => sounds.play(voicesOf(hub.session), hub.session?.choices.chosen.speaker));
  chat.listen((name, data) => hub.hear(name, data));
  chat.subscribe(() => hub.changed());
  // Who answers or makes a call of two leaves the call of the room.
  direct.subscribe(() => hub.session && IN_A_CALL.has(direct.view.phase) && hub.leave());
  window.addEventListener("pagehide", () => hub.hide());
  return hub;
}

/** Everybody is played, whatever of them is shown. */
function voicesOf(session) {
  return [...(session?.streams ?? [])].filter(([, { audio }]) => audio).map(([user, { audio }]) => [user, audio]);
}
