// Numbers of sources in an answer's markup become links to the messages they name.

import { href } from "../live/rows.js";

const PARTS = /(<pre[\s\S]*?<\/pre>|<code[\s\S]*?<\/code>|<a [\s\S]*?<\/a>|<[^>]*>)|\[(\d{1,4})\]/g;

/** `html` is safe markup of our own renderer; `sources` are those of the message's data. Only known numbers become links. */
export function cite(html, sources) {
  if (!sources?.length) return html;
  const known = new Map(sources.map((source) => [String(source.n), source]));
  return html.replace(PARTS, (whole, markup, n) => {
    const source = markup === undefined ? known.get(n) : undefined;
    if (!source) return whole;
    const gone = source.state ? " gone" : "";
    return `<a class="cite${gone}" href="${escape(href(source.room, source.message))}" data-cite="${Number(n)}">${Number(n)}</a>`;
  });
}

const escape = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
