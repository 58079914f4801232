// Message text to safe markup. Raw HTML stays text, links go to the web or to mail only, pictures are not
// loaded (a picture would tell its server who reads). The constructor is handed in, so this module needs no bundler.

const SAFE_LINK = /^(?:https?:\/\/|mailto:)[^\s]/i;
// The same names as in the server's `domain/mentions.py`. The length is bounded, so that no text is slow to read.
const AT = /(?<![\p{L}\p{N}_@/.-])@([\p{L}\p{N}_][\p{L}\p{N}_.-]{0,64})/gu;
// What nobody writes by hand, but would hold up the page of everybody who reads it: it is shown as it was typed.
const MOST_CELLS = 2000;
const MOST_BRACKETS = 500;
const RULE = /^[ \t>]*[|:-][ \t|:-]*$/;
const BOX = /^\[([ xX])\] +(?=\S)/;
const LANGUAGE = /^[\w+#.-]{1,30}$/;

export function createMarkdown(MarkdownIt, { capacity = 1500 } = {}) {
  const md = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: true, fuzzyIP: false });
  md.validateLink = (url) => SAFE_LINK.test(url.trim());
  // Reference definitions would let one line of a message set the links of another; nobody expects that in a chat.
  md.disable(["reference", "lheading"]);
  const escape = md.utils.escapeHtml;

  md.renderer.rules.link_open = (tokens, index, options, env, self) => {
    tokens[index].attrSet("target", "_blank");
    tokens[index].attrSet("rel", "noopener noreferrer nofollow");
    return self.renderToken(tokens, index, options);
  };
  md.renderer.rules.image = (tokens, index) => {
    const url = tokens[index].attrGet("src") ?? "";
    const label = tokens[index].content || url;
    if (insideLink(tokens, index)) return escape(label);
    return `<a href="${escape(url)}" target="_blank" rel="noopener noreferrer nofollow">${escape(label)}</a>`;
  };
  const block = (token) => {
    const word = token.info.trim().split(/\s+/, 1)[0];
    const language = LANGUAGE.test(word) ? word : "";
    const code = language ? `<code class="language-${escape(language)}">` : "<code>";
    return (
      `<figure class="code"><figcaption><span>${escape(language)}</span>` +
      `<button class="tb" type="button" data-copy>Copy</button></figcaption>` +
      `<pre tabindex="0">${code}${escape(token.content)}</code></pre></figure>\n`
    );
  };
  md.renderer.rules.fence = (tokens, index) => block(tokens[index]);
  md.renderer.rules.code_block = (tokens, index) => block(tokens[index]);
  md.renderer.rules.table_open = () => '<div class="table"><table>\n';
  md.renderer.rules.table_close = () => "</table></div>\n";

  md.core.ruler.push("boxes", ({ tokens }) => tokens.forEach((token, index) => drawBox(token, tokens[index - 2])));
  md.core.ruler.push("mentions", ({ env, tokens, Token }) => {
    if (!env.calls) return;
    for (const token of tokens) if (token.type === "inline") token.children = withMentions(token.children, env.calls, Token);
  });

  const cache = new Map();

  return {
    /**
     * Markup of `text`; `id` must change whenever the text does (message id and rev). `calls` are the names after
     * an @ that call somebody, in lower case, with "me" for oneself; others stay plain text.
     */
    render(name, text, calls) {
      const id = calls ? `${name}:${[...calls].join()}` : name;
      const known = cache.get(id);
      if (known !== undefined) return known;
      const without = tooMuch(text);
      md.disable(without);
      const html = md.render(text, { calls });
      md.enable(without);
      if (cache.size >= capacity) cache.delete(cache.keys().next().value);
      cache.set(id, html);
      return html;
    },
  };
}

/** The rules that would take too long on this text. */
function tooMuch(text) {
  const lines = text.split("\n");
  const columns = lines.reduce((most, line) => (RULE.test(line) ? Math.max(most, line.split("|").length) : most), 0);
  return [
    ...(columns * lines.length > MOST_CELLS ? ["table"] : []),
    ...(text.split("[").length > MOST_BRACKETS ? ["link", "image"] : []),
  ];
}

/** A list's point that begins with [ ] or [x] is something to do, or done: it has a box in place of its dot. */
function drawBox({ type, children }, item) {
  if (type !== "inline" || item?.type !== "list_item_open" || children[0]?.type !== "text") return;
  const [text] = children;
  const box = BOX.exec(text.content);
  if (!box) return;
  text.content = `${box[1] === " " ? "☐" : "☑"} ${text.content.slice(box[0].length)}`;
  item.attrSet("class", "box");
}

/** Mark who is called in the text of a line; names inside links and code stay as they are. */
function withMentions(children, calls, Token) {
  const marked = [];
  let links = 0;
  for (const child of children) {
    if (child.type === "link_open") links += 1;
    else if (child.type === "link_close") links -= 1;
    if (child.type !== "text" || links > 0) {
      marked.push(child);
      continue;
    }
    const add = (content) => {
      if (content) marked.push(Object.assign(new Token("text", "", 0), { content, level: child.level }));
    };
    let end = 0;
    for (const match of child.content.matchAll(AT)) {
      const name = calledBy(match[1], calls);
      if (!name) continue;
      add(child.content.slice(end, match.index));
      const open = new Token("mention_open", "span", 1);
      open.attrSet("class", calls.get(name.toLowerCase()) === "me" ? "mention me-at" : "mention");
      marked.push(open);
      add(`@${name}`);
      marked.push(new Token("mention_close", "span", -1));
      end = match.index + 1 + name.length;
    }
    add(child.content.slice(end));
  }
  return marked;
}

/** The longest reading of what stands after an @ that is somebody's name: a sentence may go on with a dot. */
function calledBy(text, calls) {
  for (let name = text.replace(/[.-]+$/, ""); name; ) {
    if (calls.has(name.toLowerCase())) return name;
    const shorter = name.replace(/[.-][^.-]*$/, "").replace(/[.-]+$/, "");
    if (shorter === name) return "";
    name = shorter;
  }
  return "";
}

/** Whether the token at `index` stands inside a link: links do not nest. */
function insideLink(tokens, index) {
  let depth = 0;
  for (let i = 0; i < index; i += 1) {
    if (tokens[i].type === "link_open") depth += 1;
    else if (tokens[i].type === "link_close") depth -= 1;
  }
  return depth > 0;
}

/** The text without its marks, on one line: for previews, quotes and announcements. */
export function plain(text, most = 140) {
  const line = text
    .slice(0, most * 4)
    .replace(/```[\w+#.-]*\n?/g, "")
    .replace(/!?\[([^\]]*)\]\(([^)]*)\)/g, (_, label, url) => label || url)
    .replace(/^[ \t]*\|.*$|^[ \t|:-]+$/gm, (row) => (/^[\s|:-]*$/.test(row) ? "" : row.replaceAll("|", " ")))
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, "")
    .replace(/(\*\*|__|~~|`)(.+?)\1/gs, "$2")
    .replace(/(^|[^\p{L}\p{N}*_])([*_])(\S(?:[^*_\n]*\S)?)\2(?![\p{L}\p{N}*_])/gmu, "$1$3")
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= most) return line;
  return `${[...line.slice(0, most)].slice(0, -1).join("").trimEnd()}…`;
}
