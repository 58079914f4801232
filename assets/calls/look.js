// How the call of a page looks: one flat view, made of the few things that the store knows.

import { helpFor } from "./devices.js";

/** What there is to see while there is no call. */
export const NO_CALL = Object.freeze({
  phase: "", // "" | preview | incoming | outgoing | joining | talking | ended
  small: false, more: false, kind: "audio", room: "", peer_id: "", name: "", avatar_url: "", bot: false, call_id: "",
  line: "", since: 0, muted: false, camera: false, screen: false, own_picture: false,
  remote_picture: false, remote_screen: false, remote_muted: false, remote_captions: false, speaking: false, bars: 4, weak: false,
  network: "", relayed: false, code: "", help: "", blocked: false, floats: false,
  forwarded: false, recording: "", recording_line: "", joins: "",
  title: "", ended_line: "", again: "",
  microphones: Object.freeze([]), cameras: Object.freeze([]), speakers: Object.freeze([]),
  microphone: "", picture_from: "", speaker: "", ask: true,
});

/**
 * @param phase See `NO_CALL`. @param call The call as the server has it, or null. @param target `{room, peer, kind}`:
 *   whom it is about; of a room `{room, title, kind, joins}`. @param people `{name(id), picture(id)}`. @param flags `{small, more, blocked, floats}`.
 * @param wanted `{camera, muted}`, before there is a peer. @param peer The snapshot of the peer, or undefined.
 * @param preview The `Preview`. @param end What `ending` gave, or null. @param devices As `listDevices` gives them.
 * @param choices `{microphone, camera, speaker, ask}`. @param recording The `Recording`.
 */
export function look({ phase, call, target, people, flags, wanted, peer, preview, end, devices, choices, recording }) {
  return {
    ...NO_CALL,
    ...flags,
    phase,
    kind: target.kind ?? "audio",
    room: target.room ?? "",
    peer_id: target.peer ?? "",
    name: target.title ?? people.name(target.peer ?? ""),
    joins: target.joins ?? "",
    avatar_url: people.picture(target.peer ?? ""),
    bot: Boolean(people.get?.(target.peer ?? "")?.bot),
    call_id: call?._id ?? "",
    since: call?.activeAt ? Date.parse(call.activeAt) : 0,
    title: end?.title ?? "",
    ended_line: end?.line ?? "",
    again: (target.room && end?.again) || "",
    ...devices,
    microphone: choices.microphone,
    picture_from: choices.camera,
    speaker: choices.speaker,
    ask: choices.ask,
    ...recording.view(people.name(target.peer ?? "")),
    ...(phase === "preview" ? lookAtPreview(wanted, preview) : lookAtPeer(phase, call, wanted, peer)),
  };
}

function lookAtPreview(wanted, preview) {
  return { ...wanted, own_picture: Boolean(preview.picture), help: help(preview.problems) };
}

function lookAtPeer(phase, call, wanted, peer) {
  const line = statusLine(phase, call, peer?.status);
  if (!peer) return { ...wanted, line };
  const broken = peer.status === "reconnecting";
  const talking = peer.status === "connected";
  const weak = talking && peer.quality <= 1;
  return {
    line,
    muted: !peer.microphone,
    camera: peer.camera,
    screen: peer.screen,
    own_picture: Boolean(peer.ownVideo),
    remote_picture: (peer.remote.camera || peer.remote.screen) && (talking || broken),
    remote_screen: peer.remote.screen,
    remote_muted: peer.present && !peer.remote.microphone,
    remote_captions: peer.remote.captions,
    speaking: peer.speaking,
    bars: peer.quality,
    weak: broken || weak,
    network: broken ? "Reconnecting…" : weak ? "Weak connection" : "",
    relayed: peer.relayed,
    forwarded: peer.forwarded,
    code: peer.code,
    help: help(peer.problems),
  };
}

function statusLine(phase, call, status) {
  if (phase === "outgoing") return call ? "Ringing…" : "Calling…";
  if (status === "reconnecting") return "Reconnecting…";
  return status === "connected" ? "" : "Connecting…";
}

function help(problems) {
  const [device, problem] = Object.entries(problems)[0] ?? [];
  if (!device) return "";
  return device === "screen" ? "The screen could not be shown." : helpFor(device, problem);
}
