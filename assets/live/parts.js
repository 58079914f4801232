// The components that Python places; see `chatbeside/ui/live`.

export { LiveBridge, LiveSessionExchange } from "./bridge.js";
export { LiveComposerTextarea } from "./composer.js";
export { LiveTimelineScroller } from "./scroll.js";
