// Calls of rooms for React: a hook for the call of a room, and what a person does. `chatbeside/ui/calls/group.py` names
// them for Python. Also loaded where pages are rendered ahead: nothing may touch `window` at import.

import { createElement, lazy, Suspense, useSyncExternalStore } from "react";
import { calls } from "../calls/browser.js";
import { groups } from "./browser.js";
import { Notice } from "./notice.js";

const isBrowser = typeof window !== "undefined";
const NONE = Object.freeze({ count: 0, names: "", mine: false, elsewhere: false, full: false, busy: false });
const never = () => () => {};

/** What `read` finds in the hub; `otherwise` where there is no browser. */
function useHub(read, otherwise) {
  const hub = isBrowser ? groups() : null;
  return useSyncExternalStore(hub ? hub.subscribe : never, () => (hub ? read(hub) : otherwise), () => otherwise);
}

export function useRoomCall(room) {
  return useHub((hub) => hub.view(room), NONE);
}

/** Begin the call of a room, or come into it: after a preview, unless that is not wanted. */
export function groupJoin(kind, room, title) {
  const hub = groups();
  const go = ({ camera, muted }) => void hub.join({ room, title, kind: camera ? "video" : "audio", muted });
  if (hub.free) calls().start({ room, title, kind, joins: hub.call(room) ? "join" : "begin", go });
  else go({ camera: kind === "video", muted: false });
}

// The hub begins no session before it has fetched this too, so that it is there by now.
const Stage = lazy(() => import("./stage.js"));

/** Everything of a call of a room: nothing while there is none, and nothing said of one. */
export function GroupLayer() {
  const inCall = useHub((hub) => Boolean(hub.session), false);
  const notice = useHub((hub) => hub.notice, null);
  if (inCall) return createElement(Suspense, { fallback: null }, createElement(Stage));
  return notice ? createElement(Notice, { notice }) : null;
}
