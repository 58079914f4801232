// Files for React and for Python (`chatbeside/ui/live/files.py`): hooks and actions.

import { live } from "./browser.js";
import { focusComposer, useLive } from "./hooks.js";

/** Asks the picture viewer to open; its detail is `{url, name, size, download}`. */
export const PICTURE = "chatbeside:picture";

export const useLiveUploads = () => useLive("uploads");
export const useLiveUpload = (key) => useLive("upload", key);

export function liveCancelUpload(key) {
  live().files.uploads.cancel(key);
  focusComposer();
}

export const liveRetryUpload = (key) => live().files.uploads.retry(key);
export const liveChooseFiles = () => document.querySelector("[data-live-files]")?.click();

export const liveShowPicture = (url, name, size, download) => document.dispatchEvent(new CustomEvent(PICTURE, { detail: { url, name, size, download } }));

/** Put files of the browser into the open room's composer. */
export function attachFiles(files) {
  const sources = [...files].map((file) => ({ blob: file, name: nameOf(file), type: file.type, size: file.size }));
  if (sources.length === 0) return;
  live().files.add(sources);
  focusComposer();
}

/** A pasted picture is called "image.png" by every browser: say when it was. */
function nameOf({ name, type }) {
  if (name && name !== "image.png") return name;
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const when = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`;
  return `Picture ${when}.${/^image\/(\w+)/.exec(type)?.[1] ?? "png"}`;
}
