// One tab stop for a group: arrows, Home and End move among its [data-rove] elements.
import { createElement as h, useEffect, useRef } from "react";

const items = (group) => [...group.querySelectorAll("[data-rove]")];

/** Makes the focused, chosen or first item the group's tab stop. Fields are left in the tab order. */
function settle(group) {
  const all = items(group).filter((item) => item.tagName !== "INPUT");
  const stop =
    all.find((item) => item === document.activeElement) ??
    all.find((item) => item.hasAttribute("aria-current")) ??
    all[0];
  for (const item of all) item.tabIndex = item === stop ? 0 : -1;
}

export function RovingGroup({ as = "div", enterFirst, children, ...props }) {
  const group = useRef(null);

  useEffect(() => {
    settle(group.current);
    const watch = new MutationObserver(() => settle(group.current));
    watch.observe(group.current, { childList: true, subtree: true, attributeFilter: ["aria-current"] });
    return () => watch.disconnect();
  }, []);

  const onKeyDown = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.nativeEvent.isComposing) return;
    const all = items(group.current);
    const at = all.indexOf(event.target.closest("[data-rove]"));
    if (at < 0) return;
    const typing = event.target.tagName === "INPUT";
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: typing ? undefined : 0,
      End: typing ? undefined : all.length - 1,
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const target = all[Math.min(Math.max(next, 0), all.length - 1)];
      target.focus();
      settle(group.current);
    } else if (event.key === "Enter" && typing && enterFirst) {
      event.preventDefault();
      all.find((item) => item.tagName !== "INPUT")?.click();
    }
  };

  return h(as, { ...props, ref: group, onKeyDown, onFocus: () => settle(group.current) }, children);
}
