// The emoji table and the search in it. The table itself is large and is fetched when it is first needed.

export const GROUPS = ["Smileys", "People", "", "Animals and nature", "Food and drink", "Travel", "Activities", "Things", "Signs", "Flags"];
/** What is offered before anybody has used anything. */
export const USUAL = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];

const SELECTOR = /\ufe0f/g;

/** One spelling for each emoji: with the selector only where it would otherwise be shown as text. */
export const spelling = (unicode) => (/^\p{Emoji_Presentation}\ufe0f?$/u.test(unicode) ? unicode.replace(SELECTOR, "") : unicode);

/**
 * The table from the package's files: `{emoji, name, group, code, words}`, in the order of a picker.
 *
 * @param entries `emojibase-data`'s compact list. @param codes Its short names by hexadecimal code.
 */
export function tableOf(entries, codes) {
  const table = [];
  for (const { unicode, hexcode, label, group, order, tags } of entries) {
    if (group === undefined || !GROUPS[group]) continue;
    const short = [codes[hexcode] ?? []].flat();
    table.push({ emoji: spelling(unicode), name: label, group, order, code: short[0] ?? label.toLowerCase().replace(/[^a-z0-9]+/g, "_"), words: [...short, ...label.toLowerCase().split(/[^\p{L}\p{N}+]+/u), ...(tags ?? [])] });
  }
  return table.sort((a, b) => a.order - b.order);
}

/** Emoji whose short name, name or words begin with `query`, best first. `first` are emoji to prefer. */
export function findEmoji(table, query, { most = 8, first = [] } = {}) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const parts = wanted.split(/[\s_]+/).filter(Boolean);
  const preferred = new Set(first);
  const found = [];
  for (const entry of table) {
    let rank;
    if (entry.code === wanted || entry.words[0] === wanted) rank = 0;
    else if (entry.code.startsWith(wanted)) rank = 1;
    else if (parts.every((part) => entry.words.some((word) => word.startsWith(part)))) rank = 2;
    else continue;
    found.push({ entry, rank: rank - (preferred.has(entry.emoji) ? 0.5 : 0) });
  }
  return found.sort((a, b) => a.rank - b.rank || a.entry.order - b.entry.order).slice(0, most).map(({ entry }) => entry);
}

/** The table by headings, for a picker: `[{title, list}]`. */
export function grouped(table) {
  const groups = new Map();
  for (const entry of table) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups].map(([group, list]) => ({ title: GROUPS[group], list }));
}

const KEPT = 18;

/** The list of recent emoji after one more was used. */
export const used = (recent, emoji) => [emoji, ...recent.filter((other) => other !== emoji)].slice(0, KEPT);

/** What the quick row offers: what was used last, filled up with the usual ones. */
export const quick = (recent, most = USUAL.length) => [...new Set([...recent.slice(0, most), ...USUAL])].slice(0, most);

let loading;

/** The table; fetched once, again after a failure. */
export function loadEmoji() {
  loading ??= import("./emoji-table.js").then(
    ({ table }) => table,
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}
