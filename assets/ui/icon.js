// A picture of the sprite that comes with the page (`chatbeside/ui/icons.py`). It is never read out: words stand beside it.

import { createElement as h } from "react";

export const icon = (name, className = "i") => h("svg", { className, "aria-hidden": "true" }, h("use", { href: `#i-${name}` }));
