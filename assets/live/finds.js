// What the quick switcher offers while somebody types: conversations and rooms, the best match first.

const MOST = 8;

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** How well `name` fits: 0 begins so, 1 a later word does, 2 it is somewhere within, -1 not at all. */
export function fit(name, wanted) {
  const text = folded(name);
  if (text.startsWith(wanted)) return 0;
  const at = text.indexOf(wanted);
  if (at < 0) return -1;
  return text.split(/[\s._/-]+/).some((word) => word.startsWith(wanted)) ? 1 : 2;
}

/**
 * @param rows `{name, handle, active, ...}`, `active` the ISO time of the last activity.
 * @param query What was typed, with or without `@` or `#`; nothing for the most recent ones.
 */
export function rank(rows, query) {
  const wanted = folded(query.trim().replace(/^[@#]/, ""));
  return rows
    .map((row) => ({ row, fits: [row.name, row.handle].map((name) => fit(name, wanted)).filter((fits) => fits >= 0) }))
    .filter(({ fits }) => fits.length > 0)
    .map(({ row, fits }) => ({ row, best: Math.min(...fits) }))
    .sort((a, b) => a.best - b.best || (a.row.active < b.row.active ? 1 : Number(a.row.active > b.row.active) * -1))
    .slice(0, MOST)
    .map(({ row }) => row);
}
