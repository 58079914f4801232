// The stage of a call of a room: everybody's tile, the controls, devices, the small window. Fetched with the
// first call; it looks like the stage of a call of two (`chatbeside/ui/calls/stage.py`) and uses its styles.

import { createElement as h, useEffect, useRef, useSyncExternalStore } from "react";
import { useStream } from "../calls/elements.js";
import { CallClock, CallDialog } from "../calls/parts.js";
import { icon } from "../ui/icon.js";
import { groups } from "./browser.js";

const session = () => groups().session;
const blocked = () => session()?.setBlocked(true);

function useGroup() {
  const hub = groups();
  const view = useSyncExternalStore(hub.subscribe, () => hub.session?.view ?? null);
  // Which devices there are comes later than the view, and by itself.
  useSyncExternalStore(hub.subscribe, () => hub.session?.choices.devices ?? null);
  return view;
}

function Picture({ stream, label, className }) {
  const element = useRef(null);
  useStream(element, stream, blocked);
  return h("video", { ref: element, className, "aria-label": label, "data-group-media": "picture", autoPlay: true, playsInline: true, muted: true });
}

const Bars = ({ bars }) =>
  h("span", { className: "net", role: "img", title: `${bars} of 4`, "aria-label": `Connection: ${bars} of 4` }, [0, 1, 2, 3].map((n) => h("i", { key: n, className: bars > n ? "on" : "" })));

function Tile({ tile }) {
  const stream = tile.you ? session()?.ownVideo : session()?.streams.get(tile.id)?.video;
  const state = tile.speaking ? " speak" : !tile.you && tile.bars <= 1 ? " weak" : "";
  return h(
    "figure",
    { className: `tile${state}`, "data-user": tile.id },
    tile.picture && stream
      ? h(Picture, { stream, label: `${tile.screen ? "Screen" : "Picture"} of ${tile.name}`, className: tile.screen ? "whole" : tile.you ? "mirrored" : "" })
      : h("div", { className: "novid" }, h("span", { className: "av s96" }, h("img", { src: tile.avatar, alt: "" }))),
    h(
      "figcaption",
      { className: "nm" },
      tile.muted ? icon("mic-off", "i pale") : tile.speaking ? icon("audio-lines") : null,
      tile.muted ? h("span", { className: "hide" }, "Muted") : null,
      h("bdi", null, tile.name),
      tile.you ? null : h(Bars, { bars: tile.bars }),
    ),
  );
}

function Control({ name, label, keys, onClick, className = "", ...rest }) {
  return h(
    "button",
    { type: "button", className: `cc ${className}`.trim(), onClick, "aria-keyshortcuts": keys || undefined, ...rest },
    h("span", { className: "cbtn" }, typeof name === "string" ? icon(name) : name),
    h("span", null, label, keys ? h("kbd", { "aria-hidden": "true" }, keys) : null),
  );
}

const Camera = ({ on }) => h("span", { className: on ? "cam" : "cam struck" }, icon("video"));

function Controls({ view }) {
  return h(
    "div",
    { className: "ctrls", role: "toolbar", "aria-label": "Call controls" },
    h(Control, { name: view.muted ? "mic-off" : "mic", label: view.muted ? "Unmute" : "Mute", keys: "M", "aria-pressed": view.muted, onClick: () => session()?.toggleMute() }),
    h(Control, { name: h(Camera, { on: view.camera }), label: view.camera ? "Camera off" : "Camera", keys: "V", "aria-pressed": view.camera, onClick: () => session()?.toggleCamera() }),
    navigator.mediaDevices?.getDisplayMedia
      ? h(Control, { name: "monitor-up", label: view.screen ? "Stop sharing" : "Share", keys: "S", "aria-pressed": view.screen, onClick: () => session()?.toggleScreen() })
      : null,
    h(Control, { name: "ellipsis", label: "More", "aria-expanded": view.more, onClick: () => session()?.toggleMore() }),
    h(Control, { name: "phone-off", label: "Leave", className: "red", onClick: () => groups().leave() }),
  );
}

function Select({ label, name, devices, chosen, device }) {
  const options = devices.length ? devices.map(({ id, name: text }) => h("option", { key: id, value: id }, text)) : [h("option", { key: "", value: "" }, "None found")];
  return h(
    "label",
    { className: "f" },
    h("span", null, label),
    h(
      "span",
      { className: "sel" },
      icon(name),
      h("select", { value: chosen, onChange: (event) => session()?.useDevice(device, event.target.value) }, options),
      icon("chevron-down"),
    ),
  );
}

function More() {
  const { devices, chosen } = session().choices;
  return h(
    "aside",
    { className: "call-more", "aria-label": "Devices" },
    h(Select, { label: "Microphone", name: "mic", devices: devices.microphones, chosen: chosen.microphone, device: "microphone" }),
    h(Select, { label: "Camera", name: "video", devices: devices.cameras, chosen: chosen.camera, device: "camera" }),
    h(Select, { label: "Speaker", name: "volume-2", devices: devices.speakers, chosen: chosen.speaker, device: "speaker" }),
  );
}

function listen() {
  session()?.setBlocked(false);
  for (const element of document.querySelectorAll("[data-group-media]")) element.play().catch(blocked);
}

function Trouble({ view }) {
  if (view.blocked) {
    return h("button", { type: "button", className: "btn pri call-help", onClick: listen }, icon("volume-2"), "The browser holds the sound back. Play it");
  }
  return view.words ? h("p", { className: "call-help", role: "status" }, icon("circle-alert"), view.words) : null;
}

const STATUS = { connecting: "Connecting…", reconnecting: "Reconnecting…", connected: "" };
const people = (count) => `${count} ${count === 1 ? "person" : "people"}`;

function Large({ view }) {
  const { title } = session();
  const count = view.tiles.length;
  const columns = count <= 1 ? 1 : count <= 4 ? 2 : count <= 9 ? 3 : 4;
  const narrow = count <= 3 ? 1 : 2;
  const grid = { "--columns": columns, "--rows": Math.ceil(count / columns), "--columns-narrow": narrow, "--rows-narrow": Math.ceil(count / narrow) };
  return h(
    CallDialog,
    { className: "stage call", label: `Call in ${title || "the room"}`, onEscape: () => session()?.setSmall(true) },
    h(
      "header",
      { className: "call-h" },
      h("h2", null, h("bdi", null, title)),
      h(CallClock, { since: view.since }),
      h(
        "div",
        { className: "call-w" },
        h("span", { className: "ok", role: "status" }, STATUS[view.status] || people(view.tiles.length)),
        h("span", { className: "ok", title: "Sound and pictures are encrypted on their way to this server and from it." }, icon("lock-keyhole"), "Through this server"),
      ),
      h("span", { className: "sp" }),
      h("button", { type: "button", className: "cbtn sm", title: "Small window", "aria-label": "Small window", onClick: () => session()?.setSmall(true) }, icon("picture-in-picture-2")),
    ),
    h("div", { className: "tiles many", style: grid }, view.tiles.map((tile) => h(Tile, { key: tile.id, tile }))),
    view.tiles.length === 1 ? h("p", { className: "call-help alone", role: "status" }, "You are the first. The others see that there is a call, and can join.") : null,
    h(Trouble, { view }),
    view.more ? h(More) : null,
    h(Controls, { view }),
  );
}

function Small({ view }) {
  const shown = view.tiles.find((tile) => tile.speaking) ?? view.tiles.find((tile) => !tile.you && tile.picture) ?? view.tiles.find((tile) => !tile.you) ?? view.tiles[0];
  const { title } = session();
  const button = (name, label, onClick, rest = {}) => h("button", { type: "button", className: "ib", title: label, "aria-label": label, onClick, ...rest }, typeof name === "string" ? icon(name) : name);
  return h(
    "section",
    { className: "stage pip", role: "dialog", "aria-label": `Call in ${title || "the room"}` },
    h(
      "div",
      { className: "pip-v" },
      shown ? h(Tile, { tile: shown }) : null,
      button("maximize-2", "Back to the call", () => session()?.setSmall(false), { className: "ib up" }),
    ),
    h(
      "div",
      { className: "pip-c" },
      h(CallClock, { since: view.since }),
      button(view.muted ? "mic-off" : "mic", view.muted ? "Unmute" : "Mute", () => session()?.toggleMute(), { "aria-pressed": view.muted }),
      button(h(Camera, { on: view.camera }), "Camera", () => session()?.toggleCamera(), { "aria-pressed": view.camera }),
      button("phone-off", "Leave", () => groups().leave(), { className: "ib red" }),
    ),
  );
}

const writing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

/** M, V and S: microphone, camera and screen, while nobody is writing. */
function useKeys() {
  useEffect(() => {
    const keys = { m: () => session()?.toggleMute(), v: () => session()?.toggleCamera(), s: () => session()?.toggleScreen() };
    const pressed = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || writing(event.target)) return;
      const act = session() && keys[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

export default function Stage() {
  const view = useGroup();
  useKeys();
  if (!view) return null;
  return h("div", null, view.small ? h(Small, { view }) : h(Large, { view }));
}
