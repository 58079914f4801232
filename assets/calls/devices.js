// Microphones and cameras: opening them, and saying what is wrong when they do not open.

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/**
 * Open a microphone and a camera, or what there is of them. Never rejects.
 *
 * @param media `navigator.mediaDevices`; undefined where the page is not secure.
 * @returns `{microphone, camera, problems}`: tracks or null, and per device the code of a problem, see `problemOf`.
 */
export async function openDevices(media, { microphone = false, camera = false, microphoneId = "", cameraId = "" }) {
  const result = { microphone: null, camera: null, problems: {} };
  const wanted = {};
  if (microphone) wanted.audio = withDevice(SOUND, microphoneId);
  if (camera) wanted.video = withDevice(PICTURE, cameraId);
  if (!Object.keys(wanted).length) return result;
  try {
    // Both at once, so that the browser asks once.
    keep(result, await ask(media, wanted));
  } catch (error) {
    const one = Object.keys(wanted).length === 1;
    for (const [kind, constraints] of Object.entries(wanted)) {
      const name = kind === "audio" ? "microphone" : "camera";
      try {
        if (one) throw error;
        keep(result, await ask(media, { [kind]: constraints }));
      } catch (own) {
        await openAny(media, result, name, kind, constraints, own);
      }
    }
  }
  return result;
}

/** The chosen device is gone: any other of its kind will do. */
async function openAny(media, result, name, kind, constraints, error) {
  const gone = error.name === "OverconstrainedError" || error.name === "NotFoundError";
  if (gone && constraints.deviceId) {
    const { deviceId, ...free } = constraints;
    try {
      keep(result, await ask(media, { [kind]: free }));
      return;
    } catch (other) {
      error = other;
    }
  }
  result.problems[name] = problemOf(error);
}

async function ask(media, constraints) {
  if (!media?.getUserMedia) throw Object.assign(new Error("no media devices"), { name: "InsecureContext" });
  return media.getUserMedia(constraints);
}

function keep(result, stream) {
  result.microphone ??= stream.getAudioTracks()[0] ?? null;
  result.camera ??= stream.getVideoTracks()[0] ?? null;
}

function withDevice(constraints, deviceId) {
  return deviceId ? { ...constraints, deviceId: { exact: deviceId } } : constraints;
}

/** What an error of getUserMedia or getDisplayMedia means: `denied`, `none`, `taken`, `insecure` or `broken`. */
export function problemOf(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "taken";
    case "InsecureContext":
      return "insecure";
    default:
      return "broken";
  }
}

/** What to do about a problem of `device` ("microphone" or "camera"), in words. */
export function adviceFor(device, problem) {
  const thing = device === "camera" ? "camera" : "microphone";
  switch (problem) {
    case "denied":
      return `The browser may not use your ${thing}. Allow it beside the address of this page, then try again.`;
    case "none":
      return `No ${thing} was found. Plug one in and try again.`;
    case "taken":
      return `Another program uses your ${thing}. Close it and try again.`;
    case "insecure":
      return `Browsers give the ${thing} only to pages that came by https.`;
    case "lost":
      return `The ${thing} was unplugged.`;
    default:
      return `The ${thing} did not start.`;
  }
}

/** The same during a call, with what it means for the other person. */
export function helpFor(device, problem) {
  return `${adviceFor(device, problem)} You cannot be ${device === "camera" ? "seen" : "heard"}.`;
}

/** The devices there are, by kind; names are empty until the page may use one of the kind. */
export async function listDevices(media) {
  const found = { microphones: [], cameras: [], speakers: [] };
  const lists = { audioinput: found.microphones, videoinput: found.cameras, audiooutput: found.speakers };
  const names = { audioinput: "Microphone", videoinput: "Camera", audiooutput: "Speaker" };
  for (const device of (await media?.enumerateDevices?.()) ?? []) {
    const list = lists[device.kind];
    if (list && device.deviceId) list.push({ id: device.deviceId, name: device.label || `${names[device.kind]} ${list.length + 1}` });
  }
  return found;
}
