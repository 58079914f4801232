// How a file goes to the server from a browser: by XMLHttpRequest, for `fetch` does not tell how far it has come.

const MEASURE_WITHIN = 4000;

/** @param origin Where the server is. @param ask Asks it by HTTP, see `browser.js`. */
export function createTransfer(origin, ask) {
  return {
    async put(source, { signal, progress, measured }) {
      const about = source.duration ? { duration: source.duration } : await measure(source);
      measured(about);
      return send(origin, source, about, { signal, progress });
    },
    discard: (id) => void ask(`/api/files/${encodeURIComponent(id)}`, { method: "DELETE" }).catch(() => {}),
    preview: ({ blob, type }) => (/^(image\/(jpeg|png|gif|webp|avif)|video\/|audio\/)/.test(type) ? URL.createObjectURL(blob) : ""),
    free: (address) => URL.revokeObjectURL(address),
  };
}

function send(origin, { blob, name, type }, about, { signal, progress }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(about)) if (value > 0 && Number.isFinite(value)) query.set(key, String(value));
    const form = new FormData();
    form.append("file", new File([blob], name, { type }), name);
    const request = new XMLHttpRequest();
    request.open("POST", `${origin}/api/files?${query}`);
    request.withCredentials = true;
    request.responseType = "json";
    request.setRequestHeader("X-Chatbeside", "1");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve({ ok: request.status === 201, status: request.status, data: request.response });
    request.onerror = () => reject(new Error("No answer came."));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

/** Width and height in pixels and length in seconds, as far as the browser can tell; nothing otherwise. */
async function measure({ blob, type }) {
  const kind = /^(image|video|audio)\//.exec(type)?.[1];
  if (!kind) return {};
  const url = URL.createObjectURL(blob);
  try {
    return await (kind === "image" ? measurePicture(url) : measureMedia(kind, url));
  } catch {
    return {};
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function measurePicture(url) {
  const picture = new Image();
  picture.src = url;
  await loaded(picture, "load");
  return { width: picture.naturalWidth, height: picture.naturalHeight };
}

async function measureMedia(kind, url) {
  const media = document.createElement(kind);
  media.preload = "metadata";
  media.src = url;
  await loaded(media, "loadedmetadata");
  return { width: media.videoWidth ?? 0, height: media.videoHeight ?? 0, duration: media.duration };
}

const loaded = (element, event) =>
  new Promise((resolve, reject) => {
    element.addEventListener(event, resolve, { once: true });
    element.addEventListener("error", reject, { once: true });
    setTimeout(reject, MEASURE_WITHIN);
  });
