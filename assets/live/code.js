// Colours for code in messages. What does it is large, so it is fetched when there is the first code in a language.

const MOST = 20_000;

let loading;
const unlit = 'pre > code[class^="language-"]:not([data-lit])';

/** Colour the code blocks within `root` that name their language. */
export function lightUp(root) {
  if (!root.querySelector(unlit)) return;
  loading ??= import("./highlight.js").catch(() => {
    loading = undefined;
  });
  loading.then((module) => {
    if (!module) return;
    for (const block of root.querySelectorAll(unlit)) {
      block.dataset.lit = "";
      const html = block.textContent.length <= MOST && module.highlight(block.textContent, block.className.slice("language-".length));
      if (html) block.innerHTML = html;
    }
  });
}
