// What one side of a call knows of itself and of the other side.

const SILENT = { microphone: false, camera: false, screen: false };

/** The snapshot of a peer before it has begun. */
export const NEW = Object.freeze({
  status: "new", // new | connecting | connected | reconnecting | failed | closed
  microphone: false, camera: false, screen: false, muted: false,
  hasMicrophone: false,
  problems: {},
  remote: SILENT, present: false,
  quality: 4, speaking: false, relayed: false, forwarded: false, code: "",
  remoteAudio: null, remoteVideo: null, ownVideo: null,
});

/** What the other side says of itself, and nothing else. */
export function cleanState(state) {
  return { microphone: state.microphone === true, camera: state.camera === true, screen: state.screen === true };
}
