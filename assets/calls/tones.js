// The sounds of calls, made here and now: no files, no licences. Quiet, and only while something waits for a person.

const RING = [[0, 587.33], [0.18, 783.99], [0.36, 880]];
const RING_EVERY = 2800;
const WAIT = [[0, 440]];
const WAIT_EVERY = 4000;

/** @param Context AudioContext, undefined where there is none. */
export function createTones({ Context = globalThis.AudioContext, timers = globalThis } = {}) {
  let context = null;
  let timer = null;

  function play(notes, seconds, loudness) {
    if (!Context) return;
    context ??= new Context();
    // Before the first click on a page browsers keep it silent; then the dialog and the title have to do.
    context.resume?.().catch(() => {});
    if (context.state !== "running") return;
    for (const [after, pitch] of notes) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const start = context.currentTime + after;
      tone.type = "triangle";
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(loudness, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + seconds);
    }
  }

  function repeat(notes, seconds, loudness, every) {
    stop();
    const again = () => {
      play(notes, seconds, loudness);
      timer = timers.setTimeout(again, every);
    };
    again();
  }

  function stop() {
    timers.clearTimeout(timer);
    timer = null;
  }

  return {
    ring: () => repeat(RING, 0.6, 0.25, RING_EVERY),
    wait: () => repeat(WAIT, 0.9, 0.06, WAIT_EVERY),
    stop,
    /** A short tune on a chosen speaker, where the browser can choose. */
    async test(speaker) {
      if (!Context) return;
      context ??= new Context();
      await context.setSinkId?.(speaker || "").catch(() => {});
      await context.resume?.().catch(() => {});
      play(RING, 0.6, 0.25);
    },
  };
}
