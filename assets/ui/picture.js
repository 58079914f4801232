// Chooses, changes and removes the picture of a room or of oneself. The server keeps its middle, square.
import { createElement as h, useRef, useState } from "react";
import { server } from "../live/browser.js";

const TYPES = "image/jpeg,image/png,image/gif,image/webp,image/avif";
const MOST = 10 * 1024 * 1024;
const NO_ANSWER = "The server did not answer. Try again.";

/** Returns nothing when it worked, else why not. */
async function ask(path, method, file) {
  const body = new FormData();
  if (file) body.append("file", file, "picture");
  try {
    const answer = await fetch(server() + path, {
      method,
      credentials: "include",
      headers: { "X-Chatbeside": "1" },
      ...(file ? { body } : {}),
    });
    if (answer.ok) return "";
    const { detail, fields } = await answer.json();
    return fields?.file || detail || NO_ANSWER;
  } catch {
    return NO_ANSWER;
  }
}

export function PictureChoice({ path, has, what }) {
  const input = useRef(null);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState({ words: "", wrong: false });
  const run = async (method, file) => {
    setBusy(true);
    setSaid({ words: "", wrong: false });
    const wrong = file && file.size > MOST ? "Choose a picture of at most 10 MB." : await ask(path, method, file);
    setBusy(false);
    setSaid({ words: wrong || (file ? "This is the picture now." : "The picture is removed."), wrong: Boolean(wrong) });
  };
  const chosen = (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) run("PUT", file);
  };
  return h(
    "div",
    { className: "pic-c" },
    h("input", { ref: input, type: "file", accept: TYPES, hidden: true, tabIndex: -1, "aria-label": `Picture of ${what}`, onChange: chosen }),
    h(
      "span",
      null,
      h("button", { type: "button", className: "btn sec", disabled: busy, onClick: () => input.current.click() }, has ? "Change the picture" : "Choose a picture"),
      has ? h("button", { type: "button", className: "btn ghost", disabled: busy, onClick: () => run("DELETE") }, "Remove it") : null,
    ),
    h("p", { role: "status", className: said.wrong ? "err" : "said" }, busy ? "One moment…" : said.words),
  );
}
