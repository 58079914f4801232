// What one side of a call knows of itself and of the other side.

const SILENT = { microphone: false, camera: false, screen: false, captions: false };

/** The snapshot of a peer before it has begun. */
export const NEW = Object.freeze({
  status: "new", // new | connecting | connected | reconnecting | failed | closed
  microphone: false, camera: false, screen: false, muted: false,
  hasMicrophone: false, captions: false,
  problems: {},
  remote: SILENT, present: false,
  quality: 4, speaking: false, relayed: false, forwarded: false, code: "",
  remoteAudio: null, remoteVideo: null, ownVideo: null,
});

/** What the other side says of itself, and nothing else. */
export function cleanState(state) {
  return Object.fromEntries(Object.keys(SILENT).map((key) => [key, state[key] === true]));
}
