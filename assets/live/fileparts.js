// Where files come in (the file dialog, drag and drop, the microphone) and where a picture is seen large.

import { createElement as h, useEffect, useRef, useState } from "react";
import { icon } from "../ui/icon.js";
import { live } from "./browser.js";
import { PICTURE, attachFiles } from "./filehooks.js";
import { focusComposer, useLive } from "./hooks.js";
import { NOT_FETCHED } from "./words.js";

/** The hidden field behind the attach button. */
export function LiveFileInput() {
  return h("input", {
    type: "file",
    multiple: true,
    hidden: true,
    "data-live-files": "",
    onChange: (event) => {
      attachFiles(event.target.files);
      event.target.value = "";
    },
  });
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Files only: a folder that is dropped has no content of its own. */
function dropped({ items, files }) {
  const list = [...(items ?? [])].filter((item) => item.kind === "file" && !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
  return list.length > 0 || items?.length ? list.filter(Boolean) : [...files];
}

/** Over the conversation while files are dragged over the page. */
export function LiveDropZone({ children }) {
  const { can_send: open } = useLive("room");
  const [over, setOver] = useState(false);
  const depth = useRef(0);

  useEffect(() => {
    const ending = new AbortController();
    const on = (name, work) => window.addEventListener(name, (event) => carriesFiles(event) && work(event), { signal: ending.signal });
    const leave = () => {
      depth.current = 0;
      setOver(false);
    };
    on("dragenter", (event) => {
      event.preventDefault();
      depth.current += 1;
      if (open) setOver(true);
    });
    on("dragover", (event) => {
      event.preventDefault();
      event.dataTransfer.dropEffect = open ? "copy" : "none";
    });
    on("dragleave", () => {
      depth.current -= 1;
      if (depth.current <= 0) leave();
    });
    // Wherever it is dropped: a browser would otherwise leave the page and show the file.
    on("drop", (event) => {
      event.preventDefault();
      leave();
      if (open) attachFiles(dropped(event.dataTransfer));
    });
    return () => ending.abort();
  }, [open]);

  return over ? h("div", { className: "drop" }, children) : null;
}

/** A picture as large as the window lets it be. */
export function LivePictureViewer() {
  const box = useRef(null);
  const [shown, setShown] = useState(null);

  useEffect(() => {
    const asked = ({ detail }) => setShown(detail);
    document.addEventListener(PICTURE, asked);
    return () => document.removeEventListener(PICTURE, asked);
  }, []);

  useEffect(() => {
    if (shown && !box.current.open) box.current.showModal();
  }, [shown]);

  const close = () => box.current.close();
  const aside = (event) => event.target.closest("img, a, button") || close();
  const bar = shown && [
    h("p", { key: "name" }, h("b", null, h("bdi", null, shown.name)), h("span", null, shown.size)),
    shown.download && h("a", { key: "save", className: "ib", href: shown.download, download: shown.name, title: "Save", "aria-label": `Save ${shown.name}` }, icon("download")),
    h("button", { key: "close", type: "button", className: "ib", title: "Close", "aria-label": "Close", autoFocus: true, onClick: close }, icon("x")),
  ];
  return h(
    "dialog",
    { ref: box, className: "viewer", "aria-label": shown ? `Picture: ${shown.name}` : "Picture", onClose: () => setShown(null), onClick: aside },
    shown && h("header", null, bar),
    shown && h("img", { src: shown.url, alt: shown.name }),
  );
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const BARS = 28;

/** The microphone button; while it records, a bar over the composer with time, level and the two ways out. */
export function LiveVoice({ label = "Record a voice message" }) {
  const { can_send: open, room } = useLive("room");
  const [state, setState] = useState("idle");
  const [seconds, setSeconds] = useState(0);
  const [levels, setLevels] = useState([]);
  const [trouble, setTrouble] = useState("");
  const recording = useRef(null);
  const here = useRef("");

  const end = () => {
    recording.current = null;
    setState("idle");
    setLevels([]);
    setSeconds(0);
    focusComposer();
  };
  const cancel = () => {
    recording.current?.cancel();
    end();
  };
  const finish = async () => {
    const { current } = recording;
    if (!current) return;
    recording.current = null;
    const made = await current.stop();
    end();
    if (made) live().files.send(current.room, made);
  };
  const begin = async () => {
    if (state !== "idle") return;
    setState("asking");
    setTrouble("");
    try {
      const { record } = await import("./voice.js").catch(() => {
        throw new Error(NOT_FETCHED);
      });
      const begun = await record({
        heard: ({ level, seconds: now }) => {
          setSeconds(now);
          setLevels((before) => [...before.slice(1 - BARS), level]);
        },
        full: () => finish(),
      });
      // Somebody who left while the browser asked does not want to be heard.
      if (here.current !== room) {
        begun.cancel();
        setState("idle");
        return;
      }
      recording.current = { ...begun, room };
      setState("recording");
    } catch (error) {
      setState("idle");
      setTrouble(error.message);
    }
  };

  // Leaving the conversation throws away what was not sent.
  useEffect(() => {
    here.current = room;
    return () => {
      here.current = "";
      if (!recording.current) return;
      recording.current.cancel();
      recording.current = null;
      setState("idle");
    };
  }, [room]);
  useEffect(() => {
    if (!trouble) return undefined;
    const forget = setTimeout(() => setTrouble(""), 8000);
    return () => clearTimeout(forget);
  }, [trouble]);

  if (!open) return null;
  const button = h("button", { key: "mic", type: "button", className: "ib", title: label, "aria-label": label, "aria-busy": state === "asking" || undefined, onClick: begin }, icon("mic"));
  const said = trouble && h("p", { key: "trouble", className: "voice-t", role: "alert" }, trouble);
  if (state !== "recording") return h("span", { className: "voice-b" }, button, said);
  return h(
    "div",
    { className: "voice", role: "group", "aria-label": "Recording a voice message", onKeyDown: (event) => event.key === "Escape" && (event.stopPropagation(), cancel()) },
    h("button", { type: "button", className: "ib", title: "Throw away", "aria-label": "Throw the recording away", onClick: cancel }, icon("trash-2")),
    h("i", { className: "rec" }),
    h("time", { role: "timer", "aria-label": "Length" }, clock(seconds)),
    h("span", { className: "levels", "aria-hidden": "true" }, Array.from({ length: BARS }, (_, i) => h("i", { key: i, style: { height: `${8 + 92 * (levels[levels.length - BARS + i] ?? 0)}%` } }))),
    h("button", { type: "button", className: "send", title: "Send", "aria-label": "Send the voice message", autoFocus: true, onClick: finish }, icon("arrow-up")),
  );
}
