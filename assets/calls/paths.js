// The two ways of sound and picture that a test tries: to the server and back, and through the relay.

import { readStats } from "./stats.js";
import { gathered, reached } from "./wait.js";

export const CONNECT_WITHIN = 15_000;

/**
 * Call the server's echo. Resolves to `{pc, leg, sound, connected, problem}`: `problem` has the server's words when it
 * refused; `leg` names what is to be closed on the server. The connection is closed when `signal` aborts.
 *
 * @param open `(sdp) => {leg, answer}` or `{problem}`. @param tracks What to send; may be empty.
 */
export async function callEcho({ RTC, Stream, iceServers, tracks, open, timers, signal }) {
  const pc = new RTC({ iceServers, bundlePolicy: "max-bundle" });
  signal.addEventListener("abort", () => pc.close(), { once: true });
  const lanes = ["audio", "video"].map((kind) => [kind, tracks.find((track) => track.kind === kind)]);
  // A lane of sound is there even without a microphone: the way can be tried all the same.
  for (const [kind, track] of lanes) if (track || kind === "audio") pc.addTransceiver(track ?? kind, { direction: "sendrecv" });
  const sound = new Stream(pc.getTransceivers().filter(({ receiver }) => receiver.track.kind === "audio").map(({ receiver }) => receiver.track));
  await pc.setLocalDescription();
  await gathered(pc, { timers, signal });
  if (signal.aborted) return { pc, leg: "", sound, connected: false, problem: "" };
  const { leg = "", answer, problem = "" } = await open(pc.localDescription.sdp);
  if (!answer || signal.aborted) return { pc, leg, sound, connected: false, problem };
  await pc.setRemoteDescription({ type: "answer", sdp: answer });
  const connected = await reached({
    target: pc, events: ["connectionstatechange"], done: () => pc.connectionState === "connected", within: CONNECT_WITHIN, timers, signal,
  });
  return { pc, leg, sound, connected, problem: "" };
}

/** What comes back on a connection now: see `readStats`. */
export async function readBack(pc) {
  return readStats(await pc.getStats());
}

/**
 * Whether two sides of this very browser reach each other through the relay and by no other way: so do two people who
 * both sit behind strict firewalls. Resolves to true or false.
 */
export async function tryRelay({ RTC, iceServers, timers, signal }) {
  const [one, other] = [0, 1].map(() => new RTC({ iceServers, iceTransportPolicy: "relay" }));
  const close = () => [one, other].forEach((pc) => pc.close());
  signal.addEventListener("abort", close, { once: true });
  try {
    for (const [from, to] of [[one, other], [other, one]]) {
      from.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate?.candidate) to.addIceCandidate(candidate).catch(() => {}); // One of many; the others may do.
      });
    }
    const channel = one.createDataChannel("relay");
    // Each side has the other's description before the other begins to look for candidates.
    const offer = await one.createOffer();
    await other.setRemoteDescription(offer);
    await one.setLocalDescription(offer);
    const answer = await other.createAnswer();
    await one.setRemoteDescription(answer);
    await other.setLocalDescription(answer);
    return await reached({ target: channel, events: ["open", "close"], done: () => channel.readyState === "open", within: CONNECT_WITHIN, timers, signal });
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    close();
  }
}
