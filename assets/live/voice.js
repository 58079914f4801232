// Records what is said into the microphone. Loaded when somebody wants to: nothing is asked for before.

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST = 10 * 60;
const EVERY = 80;

const TROUBLE = {
  NotAllowedError: "The microphone is not allowed here. Allow it in the browser's settings for this page and try again.",
  NotFoundError: "No microphone was found. Connect one and try again.",
  NotReadableError: "The microphone is in use by another program. Close it and try again.",
};

/**
 * Ask for the microphone and begin.
 * @param heard Told several times a second `{level: 0 to 1, seconds}`. @param full Called when the longest time is over.
 * @returns `{stop() => Promise<source or null>, cancel()}`. Rejects with words for people.
 */
export async function record({ heard, full }) {
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) throw new Error("This browser records only on pages that come by https.");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    throw new Error(TROUBLE[error.name] ?? "The microphone cannot be used.", { cause: error });
  }
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 32_000 } : {});
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => event.data.size > 0 && parts.push(event.data));
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  const meter = levelOf(stream);
  const ticking = setInterval(() => {
    heard({ level: meter.level(), seconds: seconds() });
    if (seconds() >= LONGEST) full();
  }, EVERY);
  const close = () => {
    clearInterval(ticking);
    meter.close();
    for (const track of stream.getTracks()) track.stop();
  };
  recorder.start(1000);
  return {
    cancel() {
      if (recorder.state !== "inactive") recorder.stop();
      close();
    },
    async stop() {
      const duration = Math.round(seconds() * 10) / 10;
      if (recorder.state !== "inactive") {
        const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
        recorder.stop();
        await ended;
      }
      close();
      const type = (recorder.mimeType || parts[0]?.type || "audio/webm").split(";")[0];
      const blob = new Blob(parts, { type });
      if (blob.size === 0) return null;
      return { blob, name: `Voice message.${type.split("/")[1]}`, type, size: blob.size, duration: Math.max(0.1, duration) };
    },
  };
}

function levelOf(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    /** The loudness, so that speech fills the scale. */
    level() {
      analyser.getFloatTimeDomainData(samples);
      const mean = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      return Math.min(1, mean * 5);
    },
    close: () => void context.close(),
  };
}
