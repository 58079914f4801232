// The wall of drawn pictures beside the sign-up form. Its palettes turn round in the dark (door.css).
import { createElement as h } from "react";
import { faces } from "../live/avatar.js";

const IDS = [
  "oak", "lamp", "river", "kiln", "bench", "moss", "slate", "loom", "fern", "dock",
  "yarn", "wren", "plane", "reed", "brick", "salt", "tin", "clay", "pear", "hazel",
];
const LIT = 9;
const CLASSES = ["fg", "fm", "fd"];

function tile(id) {
  const colours = [];
  const markup = faces(id).replace(/fill="(#\w+)"/g, (_, colour) => `class="${CLASSES[colours.push(colour) - 1]}"`);
  const [ground, mid, deep] = colours;
  return h("svg", {
    key: id,
    viewBox: "0 0 40 40",
    preserveAspectRatio: "xMidYMax slice",
    style: { "--g": ground, "--m": mid, "--d": deep },
    dangerouslySetInnerHTML: { __html: markup },
  });
}

export function Mosaic() {
  return h(
    "div",
    { className: "mosaic", "aria-hidden": true },
    ...IDS.map((id, at) =>
      at === LIT
        ? h(
            "span",
            { key: id, className: "lit-tile" },
            h("svg", { className: "mark", viewBox: "0 0 32 32" },
              h("path", { className: "m1", d: "M3 28V13a7 7 0 0 1 14 0v8a7 7 0 0 1-7 7Z" }),
              h("path", { className: "m2", d: "M29 28V17.5a5 5 0 0 0-10 0V23a5 5 0 0 0 5 5Z" })),
          )
        : tile(id),
    ),
  );
}
