// The components that Python places; see `chatbeside/ui/live`.

export { LiveComposerTextarea } from "./composer.js";
export { LiveDropZone, LiveFileInput, LivePictureViewer, LiveVoice } from "./fileparts.js";
export { LiveEmojiPicker } from "./picker.js";
export { LiveKeptLoader } from "./keptloader.js";
export { LiveTimelineScroller } from "./scroll.js";
export { LiveRowTools } from "./tools.js";
