// Waiting for something that a connection or a channel becomes.

const GATHER_WITHIN = 3000;

/** Resolves to true when `done()` is, looked at on each of `events` of `target`; to false after `within` ms or a stop. */
export function reached({ target, events, done, within, timers, signal }) {
  return new Promise((resolve) => {
    const end = (result) => {
      timers.clearTimeout(timer);
      for (const event of events) target.removeEventListener(event, look);
      resolve(result);
    };
    const look = () => (done() || target.connectionState === "failed" || target.connectionState === "closed" ? end(done()) : undefined);
    const timer = timers.setTimeout(() => end(false), within);
    for (const event of events) target.addEventListener(event, look);
    signal.addEventListener("abort", () => end(false), { once: true });
    look();
  });
}

/** Resolves when all candidates are found, or after three seconds with those that are: some servers never answer. */
export function gathered(pc, { timers, signal }) {
  return reached({ target: pc, events: ["icegatheringstatechange"], done: () => pc.iceGatheringState === "complete", within: GATHER_WITHIN, timers, signal });
}
