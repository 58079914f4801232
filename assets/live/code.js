// Colours for code in messages. What does it is large, so it is fetched when there is the first code in a language.

const MOST = 20_000;

let loading;
const unlit = 'pre > code[class^="language-"]:not([data-lit])';

/** The blocks within `root` that are not coloured yet. Most logs have no `pre`, which is found out without a selector. */
function blocksIn(root) {
  return root.getElementsByTagName("pre").length > 0 ? root.querySelectorAll(unlit) : [];
}

/** Colour the code blocks within `root` that name their language. */
export function lightUp(root) {
  if (blocksIn(root).length === 0) return;
  loading ??= import("./highlight.js").catch(() => {
    loading = undefined;
  });
  loading.then((module) => {
    if (!module) return;
    for (const block of blocksIn(root)) {
      block.dataset.lit = "";
      const html = block.textContent.length <= MOST && module.highlight(block.textContent, block.className.slice("language-".length));
      if (html) block.innerHTML = html;
    }
  });
}
