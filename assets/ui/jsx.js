// What the compiled page calls for each element. Reflex brings a library of styles in JavaScript for it; this page has
// style sheets, and the few styles of single elements are set as such. See `chatbeside/launch/light_page.py`.

import { createElement } from "react";

export function jsx(type, props, ...children) {
  if (!props?.css) return createElement(type, props, ...children);
  const { css, style, ...rest } = props;
  return createElement(type, { ...rest, style: { ...css, ...style } }, ...children);
}
