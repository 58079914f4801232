// Completion of names after "@" and of emoji after ":" while somebody writes.

const NAME = /(?:^|[^\p{L}\p{N}_@/.-])@([\p{L}\p{N}_.-]{0,32})$/u;
const EMOJI = /(?:^|[^\p{L}\p{N}_:/])(:([a-z0-9_+-]{2,30}))$/iu;
export const MOST = 8;

/** What is being completed at the caret: `{kind: "name" | "emoji", query, from, to}`, or null. */
export function asked(text, caret) {
  const before = text.slice(Math.max(0, caret - 64), caret);
  if (insideCode(text.slice(0, caret))) return null;
  const name = NAME.exec(before);
  if (name) return { kind: "name", query: name[1], from: caret - name[1].length - 1, to: caret };
  const emoji = EMOJI.exec(before);
  if (emoji) return { kind: "emoji", query: emoji[2], from: caret - emoji[1].length, to: caret };
  return null;
}

/** Whether a text ends within a fenced block or a piece of code: there an @ is only an @. */
function insideCode(text) {
  if ((text.match(/^\s{0,3}```/gm) ?? []).length % 2 === 1) return true;
  const line = text.slice(text.lastIndexOf("\n") + 1);
  return (line.match(/`/g) ?? []).length % 2 === 1;
}

const key = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * The people who fit, best first: names that begin so before words within names, and of those who spoke last the first.
 *
 * @param people Public faces. @param recent User ids, the last to speak first. @param everybody Whether `@room` may be offered.
 */
export function namesFor(query, { people, recent = [], me = "", everybody = false }) {
  const wanted = key(query);
  const last = new Map(recent.map((id, place) => [id, place]));
  const fits = [];
  for (const person of people) {
    if (person._id === me) continue;
    const username = key(person.username);
    const shown = key(person.displayName ?? "");
    const rank = username.startsWith(wanted) || shown.startsWith(wanted) ? 0 : ` ${shown}`.includes(` ${wanted}`) || username.split(/[._-]/).some((part) => part.startsWith(wanted)) ? 1 : -1;
    if (rank >= 0) fits.push({ person, rank, place: last.get(person._id) ?? Infinity, username });
  }
  fits.sort((a, b) => a.rank - b.rank || (a.place === b.place ? 0 : a.place - b.place) || (a.username < b.username ? -1 : 1));
  const options = fits.slice(0, MOST).map(({ person }) => ({ id: person._id, insert: `@${person.username} `, name: person.displayName || person.username, note: `@${person.username}`, bot: person.bot, picture: person.picture ?? "", sign: "" }));
  if (everybody && "room".startsWith(wanted)) {
    const all = { id: "room", insert: "@room ", name: "Everybody here", note: "@room", bot: false, sign: "users" };
    if (wanted) options.unshift(all);
    else options.push(all);
  }
  return options.slice(0, MOST);
}

/** Emoji as options. @param found Entries of the emoji table. */
export const emojiOptions = (found) =>
  found.map(({ emoji, name, code }) => ({ id: emoji, insert: `${emoji} `, name, note: code ? `:${code}:` : "", bot: false, sign: emoji }));

/** The text and the caret after an option was taken. */
export function complete(text, { from, to }, insert) {
  const rest = text.slice(to);
  const words = insert.endsWith(" ") && /^\s/.test(rest) ? insert.slice(0, -1) : insert;
  const caret = from + words.length + (words === insert ? 0 : 1);
  return { text: text.slice(0, from) + words + rest, caret };
}
