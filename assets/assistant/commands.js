// Completion of commands while they are typed.

const FORM = /^\/([^\W\d_][\w-]{0,31}|\?)(?:\s|$)/u;

/** Whether a text is a command: a slash and a word (a path such as /etc/hosts is none). */
export const isCommand = (text) => FORM.test(text.trim());

/** The commands that `text` may be the beginning of; none once the word is complete and a space follows. */
export function completions(text, commands) {
  if (!text.startsWith("/") || /\s/.test(text)) return [];
  const begun = text.slice(1).toLowerCase();
  return commands.filter(({ name, aliases }) => [name, ...aliases].some((word) => word.startsWith(begun)));
}
