// Sets the theme before the first paint and keeps it in step with the page's colour mode afterwards.
// The choice ("light", "dark" or "system") is what Reflex keeps in localStorage under "theme"; what it
// comes to is a class on <html>, and from it the attribute that tokens.css looks at.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage is blocked: the system decides.
  }
  root.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
  new MutationObserver(() => {
    const theme = root.classList.contains("dark") ? "dark" : root.classList.contains("light") ? "light" : null;
    if (theme && root.dataset.theme !== theme) root.dataset.theme = theme;
  }).observe(root, { attributes: true, attributeFilter: ["class"] });
})();
