// The components that Python places; see `chatbeside/ui/live.py`.

export { LiveBridge, LiveSessionExchange } from "./bridge.js";
export { LiveComposerTextarea } from "./composer.js";
export { LiveTimelineScroller } from "./scroll.js";
