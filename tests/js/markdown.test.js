import assert from "node:assert/strict";
import { test } from "node:test";
import MarkdownIt from "markdown-it";
import { createMarkdown, plain } from "../../assets/live/markdown.js";

const md = createMarkdown(MarkdownIt);
let n = 0;
const render = (text) => md.render(`t${(n += 1)}`, text);

/** The elements and attributes of markup that a renderer made (every "<" of text is escaped in it). */
function elements(html) {
  const found = [];
  for (const [, close, name, rest] of html.matchAll(/<(\/?)([^\s>/]+)([^>]*)>/g)) {
    if (close) continue;
    const attributes = Object.fromEntries([...rest.matchAll(/([^\s=]+)(?:="([^"]*)")?/g)].filter(([whole]) => whole !== "/").map(([, key, value]) => [key.toLowerCase(), value]));
    found.push({ name: name.toLowerCase(), attributes });
  }
  return found;
}

const ELEMENTS = new Set("p br strong em s a code pre figure figcaption span button ul ol li blockquote h1 h2 h3 h4 h5 h6 hr div table thead tbody tr th td".split(" "));
const ATTRIBUTES = { a: ["href", "title", "target", "rel"], code: ["class"], figure: ["class"], button: ["class", "type", "data-copy"], pre: ["tabindex"], div: ["class"], li: ["class"], ol: ["start"], th: ["style"], td: ["style"] };

function assertHarmless(text) {
  const html = render(text);
  for (const { name, attributes } of elements(html)) {
    assert.ok(ELEMENTS.has(name), `<${name}> from ${JSON.stringify(text)}: ${html}`);
    for (const [key, value] of Object.entries(attributes)) {
      assert.ok((ATTRIBUTES[name] ?? []).includes(key), `${name}@${key} from ${JSON.stringify(text)}: ${html}`);
      if (key === "href") assert.match(value, /^(?:https?:\/\/|mailto:)/i, `${value} from ${JSON.stringify(text)}`);
      if (key === "style") assert.match(value, /^text-align:(?:left|right|center)$/);
    }
    if (name === "a") {
      assert.equal(attributes.rel, "noopener noreferrer nofollow");
      assert.equal(attributes.target, "_blank");
    }
  }
  return html;
}

const PROBES = [
  "<script>alert(1)</script>",
  "<SCRIPT SRC=//evil.example></SCRIPT>",
  "<iframe src=https://evil.example></iframe>",
  "<img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  "<svg/onload=alert(1)>",
  "<style>*{display:none}</style>",
  "<!-- --!><img src=x onerror=alert(1)> -->",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x]( javascript:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](java&#x0A;script:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](javascript%3Aalert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](vbscript:msgbox(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](data:image/svg+xml;base64,PHN2Zz4=)",
  "[x](file:///etc/passwd)",
  "[x](//evil.example)",
  "[x](/api/auth/logout)",
  "<javascript:alert(1)>",
  "<data:text/html,x>",
  "![x](javascript:alert(1))",
  "![x](https://evil.example/pixel.png)",
  '![x" onerror="alert(1)](https://evil.example/x.png)',
  '![x](https://evil.example/x.png" onerror="alert(1))',
  '[x](https://ok.example "t\\" onmouseover=\\"alert(1)")',
  '[x](https://ok.example/"onmouseover="alert(1))',
  "[![x](https://a.example/x.png)](https://b.example)",
  "[![x](javascript:alert(1))](javascript:alert(2))",
  "[a](https://x.example/<script>)",
  "```\"><script>alert(1)</script>\ncode\n```",
  "```js onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
  "```<img/src=x/onerror=alert(1)>\nx\n```",
  "    </code><script>alert(1)</script>",
  "`<script>alert(1)</script>`",
  "| a | b |\n|---|:-:|\n| <script>alert(1)</script> | [x](javascript:1) |",
  "[x]\n\n[x]: javascript:alert(1)",
  "[x]: https://evil.example 'title'\n\n[x]",
  "http://evil.example/\" onmouseover=\"alert(1)",
  "https://evil.example/<img src=x onerror=alert(1)>",
  "mailto:a@b.example?body=<script>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "**<b onclick=alert(1)>x</b>**",
  "> <script>alert(1)</script>\n> - <iframe>",
  "<https://a.example/\"onclick=alert(1)>",
  "[x](https://a.example\u2028onclick=alert(1))",
];

for (const probe of PROBES) test(`harmless: ${JSON.stringify(probe).slice(0, 70)}`, () => assertHarmless(probe));

test("what is to do in a list has a box, open or ticked, and only there", () => {
  assert.equal(
    assertHarmless("- [ ] sow **peas**\n- [x] water\n- [X] weed\n- [y] no\n- [ ]\n- [x](https://example.org)").replaceAll("\n", ""),
    '<ul><li class="box">☐ sow <strong>peas</strong></li><li class="box">☑ water</li><li class="box">☑ weed</li><li>[y] no</li><li>[ ]</li>' +
      '<li><a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">x</a></li></ul>',
  );
  assert.equal(assertHarmless("[x] said and done").trim(), "<p>[x] said and done</p>");
});

test("the probe reader sees what is dangerous", () => {
  // Otherwise the tests above could not fail.
  const open = new MarkdownIt({ html: true });
  assert.ok(elements(open.render("<img src=x onerror=alert(1)>")).some((e) => "onerror" in e.attributes));
  assert.ok(elements(open.render("<script>x</script>")).some((e) => e.name === "script"));
});

test("nested nonsense stays harmless", () => {
  const parts = ["[", "]", "(", ")", "!", "<", ">", "`", "```", "*", "_", "~~", "\n", "|", "#", "javascript:", "https://a.example", "<script>", "onerror=", '"', "'", "&#106;", "\\", " ", "-", "> ", "data:", "x"];
  let state = 7;
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff);
  for (let i = 0; i < 3000; i += 1) {
    let text = "";
    for (let k = next() % 24; k >= 0; k -= 1) text += parts[(next() >> 8) % parts.length];
    assertHarmless(text);
  }
});

test("what people write looks as they mean it", () => {
  assert.match(render("a **b** _c_ ~~d~~ `e`"), /<strong>b<\/strong> <em>c<\/em> <s>d<\/s> <code>e<\/code>/);
  assert.match(render("one\ntwo"), /one<br>\ntwo/);
  assert.match(render("see https://example.org/a?b=1&c=2."), /<a href="https:\/\/example.org\/a\?b=1&amp;c=2"[^>]*>https:\/\/example.org\/a\?b=1&amp;c=2<\/a>\./);
  assert.match(render("write to ann@example.org"), /href="mailto:ann@example.org"/);
  assert.match(render("run main.py"), /<p>run main\.py<\/p>/);
  assert.match(render("- a\n- b"), /<ul>\s*<li>a<\/li>/);
  assert.match(render("a < b & c > d"), /a &lt; b &amp; c &gt; d/);
});

test("code has its language and a button to copy it", () => {
  const html = render("```python\nprint('<b>')\n```");
  assert.match(html, /<figcaption><span>python<\/span><button class="tb" type="button" data-copy>Copy<\/button>/);
  assert.match(html, /<code class="language-python">print\('&lt;b&gt;'\)\n<\/code>/);
});

test("pictures become links and are not loaded", () => {
  const html = render("![a cat](https://example.org/cat.png)");
  assert.doesNotMatch(html, /<img/);
  assert.match(html, /<a href="https:\/\/example.org\/cat.png"[^>]*>a cat<\/a>/);
});

test("the same id is rendered once", () => {
  let count = 0;
  class Counting extends MarkdownIt {
    render(text) {
      count += 1;
      return super.render(text);
    }
  }
  const counted = createMarkdown(Counting, { capacity: 2 });
  counted.render("a", "x");
  counted.render("a", "x");
  assert.equal(count, 1);
  counted.render("b", "x");
  counted.render("c", "x");
  counted.render("a", "x");
  assert.equal(count, 4, "the oldest is forgotten when there are too many");
});

test("a long line of brackets is rendered in reasonable time", () => {
  for (const part of ["[", "![", "*", "`", "<", "[](", "> ", "**_", "http://"]) {
    const begun = process.cpuUsage();
    render(part.repeat(Math.floor(12_000 / part.length)));
    const { user } = process.cpuUsage(begun);
    assert.ok(user < 1_500_000, `${part} took ${Math.round(user / 1000)} ms of the processor`);
  }
});

test("plain text for the list", () => {
  assert.equal(plain("**Hello** `you`\n\n> and [all](https://x.example)"), "Hello you and all");
  assert.equal(plain("```js\nlet a;\n```"), "let a;");
  assert.equal(plain("# Title\n- item"), "Title item");
  assert.equal(plain("a*b*c 2*3"), "a*b*c 2*3");
  assert.equal(plain("see\n| a | b |\n|---|:-:|\n| 1 | 2 |"), "see a b 1 2");
  assert.equal(plain("*really*, (_so_) 2 * 3 * 4 snake_case_name"), "really, (so) 2 * 3 * 4 snake_case_name");
  const cut = plain("x".repeat(500));
  assert.equal(cut.length, 140);
  assert.ok(cut.endsWith("…"));
  assert.ok(!/[\ud800-\udbff]…$/.test(plain("😀".repeat(100))), "no half of a pair is left");
});

test("what would hold up the page is shown as it was typed", () => {
  const wide = `${"a|".repeat(100)}\n${"-|".repeat(100)}\n${"x\n".repeat(1000)}`;
  assert.ok(!render(wide).includes("<table"), "a table of 100,000 cells out of 2,000 letters");
  assert.ok(!render("[a](http://b) ".repeat(501)).includes("](http://b)</a>"));
  assert.ok(!render("[a](http://b.c) ".repeat(501)).includes(">a</a>"));
  assert.match(render("[a](http://b.c) ".repeat(20)), />a<\/a>/, "the next message has its links");
  assert.match(render("|a|b|\n|-|-|\n|c|d|"), /<table>/, "and its tables");
});

test("a name is no longer than names are", () => {
  const calls = new Map([["ann", "me"]]);
  assert.match(md.render("short", "@ann.b.c", calls), /me-at">@ann</);
  const long = "a".repeat(80);
  assert.ok(!md.render("long", `@${long}`, new Map([[long, "me"]])).includes("me-at"));
});
