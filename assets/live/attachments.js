// The files of a message as the page shows them: how, how large, and from where.

const SOUND = new Set(["audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav", "audio/flac", "audio/aac"]);
const FILM = new Set(["video/mp4", "video/webm", "video/ogg"]);
const WIDEST = 340;
const HIGHEST = 380;
/** A moving picture is shown itself, unless it is as large as a film. */
const MOVING_MOST = 8_000_000;

/** Whether a picture, a film, something to hear, or a card to save. */
export function showAs({ mediaType, thumbnailUrl }) {
  if (thumbnailUrl && mediaType.startsWith("image/")) return "image";
  if (FILM.has(mediaType)) return "video";
  return SOUND.has(mediaType) ? "audio" : "file";
}

/** What people call it: the name of what was recorded here has an ending only for who saves it. */
export function titleOf({ name, mediaType }) {
  return SOUND.has(mediaType) ? name.replace(/^(Voice message)\.\w+$/, "$1") : name;
}

/** The room that is kept for it, in pixels of the page, so that nothing moves when it arrives. */
export function room({ width, height }) {
  if (!width || !height) return { width: WIDEST, height: Math.round((WIDEST * 9) / 16) };
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * @param file An AttachmentWire; of an unsent file `url` is the browser's own `blob:` address and `_id` its upload.
 * @param words From `createWords`. @param base The origin that serves files, "" for the page's own.
 */
export function attachmentView(file, words, base) {
  const address = (url) => (url?.startsWith("/") ? base + url : url?.startsWith("blob:") ? url : "");
  const show = showAs(file);
  const seen = room(file);
  const moving = file.mediaType === "image/gif" && file.size <= MOVING_MOST;
  const own = address(file.url);
  return {
    id: file._id,
    name: titleOf(file),
    show,
    media_type: file.mediaType,
    size_text: words.size(file.size),
    width: file.width ?? 0,
    height: file.height ?? 0,
    shown_width: seen.width,
    shown_height: seen.height,
    duration: file.duration ?? 0,
    length_text: file.duration ? words.length(file.duration) : "",
    url: own,
    download_url: own.startsWith("blob:") || !own ? "" : `${own}?download=1`,
    thumbnail_url: moving && show === "image" ? own : address(file.thumbnailUrl),
    unsent: Boolean(file.unsent),
  };
}
