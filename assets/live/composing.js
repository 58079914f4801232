// What is being written: its length in the server's count (code points), and what is wrong with it.

const number = new Intl.NumberFormat("en");

export function lengthOf(text) {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) length -= 1;
  }
  return length;
}

/**
 * The composer's snapshot. `open` is whether anything can be sent to the room at all; `files` whether there are `some` beside
 * the text, and whether one of them is `stuck`; `held` for how many seconds the server takes nothing.
 */
export function summaryOf({ text, max, open, reply, files = { some: false, stuck: false }, held = 0 }) {
  const length = lengthOf(text.trimEnd());
  const over = length - max;
  const wait = held > 0 ? `You can send again in ${number.format(held)} s. What waits goes out by itself.` : "";
  const notice = over > 0 ? `${number.format(over)} ${over === 1 ? "character" : "characters"} too many: a message has room for ${number.format(max)}.` : wait;
  return { text, length, max_length: max, too_long: over > 0, notice, can_send: open && over <= 0 && !files.stuck && (text.trim() !== "" || files.some), reply };
}

// Tabs and line ends are text; the other control characters that a paste may bring are not.
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** What is typed as it is sent: no empty lines around it, no control characters. */
export function clean(text) {
  return text.replace(/\r\n?/g, "\n").replace(CONTROLS, "").replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}
