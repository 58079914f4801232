// The drawn picture of a person: two shapes side by side, always the same for the same id.

const PALETTE = [
  ["#dce3da", "#5e7f6b", "#2f4a3e"],
  ["#e8d9cc", "#b3653f", "#6e3a26"],
  ["#d8dfe8", "#5b7596", "#2c3e57"],
  ["#ebddb8", "#c79a3a", "#6a4e12"],
  ["#e6d5dc", "#9c5a73", "#552b3d"],
  ["#d5e3e3", "#4d8484", "#22494b"],
  ["#e2dcd2", "#8a7a66", "#453b2f"],
  ["#e9d2c8", "#c4745e", "#3f4f63"],
  ["#dbdfc8", "#7f8c45", "#3f4a1e"],
  ["#ddd8e4", "#75688f", "#3a3150"],
];
const SPLITS = [17, 20, 23];
const TOPS = [7, 12, 17];

/** FNV-1a, 32 bit, of the UTF-8 bytes, with a final mix; unsigned. */
export function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  h = Math.imul((h ^ (h >>> 15)) >>> 0, 0x2c1b3c6d) >>> 0;
  return (h ^ (h >>> 13)) >>> 0;
}

/** One shape that stands on the foot (y = 40) between x and x + w, its top at y. */
function shape(kind, x, w, y) {
  const r = w / 2;
  switch (kind) {
    case 0: // arch
      return `<path d="M${x} 40V${y + r}a${r} ${r} 0 0 1 ${w} 0V40Z"/>`;
    case 1: // disc
      return `<circle cx="${x + r}" cy="${35 - r}" r="${r - 1}"/>`;
    case 2: // one round shoulder
      return `<path d="M${x} 40V${y}h${r}a${r} ${r} 0 0 1 ${r} ${r}V40Z"/>`;
    case 3: // hill
      return `<path d="M${x} 40V${40 - w}a${w} ${w} 0 0 1 ${w} ${w}Z"/>`;
    case 4: // pill
      return `<rect x="${x + 1}" y="${y}" width="${w - 2}" height="${36 - y}" rx="${r - 1}"/>`;
    default: // bowl on a base
      return `<path d="M${x} ${y + r}h${w}a${r} ${r} 0 0 1 ${-w} 0Z"/><path d="M${x} 40v-${r}h${w}v${r}Z"/>`;
  }
}

/** The inner markup on a 40 by 40 field. `night` turns the palette round (for the mosaic). */
export function faces(id, night = false) {
  const h = hash(id);
  const palette = PALETTE[h % 10];
  const [ground, mid, deep] = night ? [...palette].reverse() : palette;
  const left = (h >>> 5) % 6;
  const right = (h >>> 9) % 6;
  const split = SPLITS[(h >>> 13) % 3];
  const mirrored = (h >>> 22) & 1;
  const matrix = mirrored ? "matrix(-.88 0 0 .88 37.6 4.8)" : "matrix(.88 0 0 .88 2.4 4.8)";
  const a = shape(left, 5, split - 5.5, TOPS[(h >>> 16) % 3]);
  const b = shape(right === left ? (right + 1) % 6 : right, split + 0.5, 34.5 - split, TOPS[(h >>> 19) % 3]);
  return (
    `<rect width="40" height="40" fill="${ground}"/>` +
    `<g transform="${matrix}"><g fill="${mid}">${a}</g><g fill="${deep}">${b}</g></g>`
  );
}

const drawn = new Map();

/** The drawn picture as an address for `<img src>`. */
export function avatarUri(id) {
  let uri = drawn.get(id);
  if (uri === undefined) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">${faces(id)}</svg>`;
    uri = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    if (drawn.size >= 2000) drawn.clear();
    drawn.set(id, uri);
  }
  return uri;
}

/** A person's picture: their own (only from this site), else the drawn one. */
export function pictureOf(id, picture, base = "") {
  if (picture?.startsWith("/") && !picture.startsWith("//")) return base + picture;
  return id ? avatarUri(id) : "";
}
