// How hard a password is to guess: an estimate for the meter. What is accepted the server decides.

const KEYBOARD = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1234567890"];
const COMMON = [
  "password", "passwort", "welcome", "letmein", "iloveyou", "dragon", "monkey", "football", "sunshine",
  "princess", "master", "admin", "login", "secret", "hello", "abc", "qwerty", "chatbeside",
];

/** Words about each score, 0 to 4. */
export const WORDS = [
  "Too easy to guess",
  "Weak: add another word",
  "Fair: one more word makes it strong",
  "Strong: would take years to guess",
  "Very strong",
];

/**
 * Returns 0 (guessed at once) to 4. Counts the choices a guesser has per character, after parts that a
 * guesser tries first (the person's own words, common words, runs, repeats) are each counted as one.
 */
export function strength(password, own = []) {
  let rest = password.normalize("NFC").toLowerCase();
  let bits = 0;
  const take = (part, cost) => {
    while (part.length > 2 && rest.includes(part)) {
      rest = rest.replace(part, " ");
      bits += cost;
    }
  };
  for (const word of own) for (const part of [word, ...word.split(/[@._-]/)]) take(part.toLowerCase(), 2);
  for (const word of COMMON) take(word, 5);
  rest = rest.replace(/(.)\1{2,}/gu, (run) => ((bits += 4 + Math.log2(run.length)), " "));
  rest = rest.replace(/(19|20)\d\d/g, () => ((bits += 6), " "));
  for (let length = 10; length > 2; length--) {
    for (const line of [...KEYBOARD, "abcdefghijklmnopqrstuvwxyz"]) {
      for (let at = 0; at + length <= line.length; at++) {
        const run = line.slice(at, at + length);
        take(run, 6);
        take([...run].reverse().join(""), 6);
      }
    }
  }
  // A digit or sign within a word (p4ssw0rd) is the first thing a guesser tries: it counts as a letter.
  const left = rest.replace(/(?<=[a-z])[0134578@$!](?=[a-z])/g, "a").replaceAll(" ", "");
  let alphabet = 0;
  if (/[a-z]/.test(left)) alphabet += 26;
  if (/[A-Z]/.test(password)) alphabet += 10;
  if (/\d/.test(left)) alphabet += 10;
  if (/[^a-z\d]/.test(left)) alphabet += 20;
  // Letters in a row are mostly words, so each is worth less than a random one.
  const wordy = [...left.matchAll(/[a-z]{3,}/g)].reduce((sum, [word]) => sum + word.length, 0);
  const distinct = new Set(left).size;
  const perChar = Math.log2(Math.max(alphabet, 2));
  bits += (left.length - wordy) * perChar + wordy * Math.min(perChar, 3);
  if (distinct < 4) bits = Math.min(bits, 18);
  if (password.length < 8) bits = Math.min(bits, 20);
  return bits < 22 ? 0 : bits < 32 ? 1 : bits < 42 ? 2 : bits < 56 ? 3 : 4;
}
