// The search pane for React.

import { useSyncExternalStore } from "react";
import { live, server } from "./browser.js";
import { focusComposer, useLive } from "./hooks.js";
import { EMPTY_SEARCH, Search } from "./search.js";

const KEY = Symbol.for("chatbeside.search");
const PANE = "search";
const never = () => () => {};
/** What had the focus when the pane came; it has it again when somebody closes the pane. */
let opener = null;

function search() {
  globalThis[KEY] ??= create();
  return globalThis[KEY];
}

function create() {
  const store = live();
  let { room } = store.place;
  // Who goes to another conversation wants to see it.
  store.subscribe(() => {
    if (store.place.room === room) return;
    ({ room } = store.place);
    if (store.get("choice", PANE, "")) hide();
  });
  return new Search({ store, ask });
}

async function ask(parameters) {
  const answer = await fetch(`${server()}/api/search?${parameters}`, { credentials: "include" });
  const body = await answer.json();
  return answer.ok ? body : { trouble: Object.values(body.fields ?? {})[0] ?? body.detail };
}

export function useLiveSearch() {
  const own = typeof window === "undefined" ? null : search();
  return useSyncExternalStore(own ? own.subscribe : never, () => own.get(), () => EMPTY_SEARCH);
}

const textOf = (value) => (typeof value === "string" ? value : (value?.target?.value ?? ""));

/** Show the pane, for one room or all. */
export function liveSearchOpen(room, query) {
  search().open({ room: typeof room === "string" ? room : "", query: typeof query === "string" ? query : "" });
  show();
}

/** Show the pane with all files of a room. */
export function liveSearchFiles(room) {
  search().open({ room, file: true });
  show();
}

function show() {
  if (!live().get("choice", PANE, "")) opener = document.activeElement;
  live().choose(PANE, "open");
  live().setView({ covered: true });
}

function hide() {
  live().choose(PANE, "");
  live().setView({ covered: false });
  search().close();
}

export function liveSearchClose() {
  hide();
  // The pane with its button goes with the next rendering, and what is below it can have the focus from then on.
  requestAnimationFrame(() => opener?.isConnected && opener.focus());
}

/** Search for the trigger's own value in the field called `name`. */
export const liveSearchWish = (name, value) => search().wish({ [name]: textOf(value) });
export const liveSearchFile = () => search().wish({ file: !search().get().file });
export const liveSearchMore = () => search().more();
export const liveSearchAgain = () => search().again();

/** Leave the pane for a message; the link that was pressed changes the address. */
export function liveSearchGo(room, message) {
  // The address may name this very message already: then nothing but this brings it before the eyes again.
  live().setLocation({ room });
  live().setLocation({ room, message });
  hide();
}

const besideOf = (rows) => rows.find((row) => row.bot && row.kind === "direct")?.room ?? "";

/** The conversation with the assistant, or nothing where there is none. */
export const useLiveBeside = () => besideOf(useLive("rooms", "all"));

/** Go to the assistant with a question begun; it is sent by the one who asks. */
export function liveAskBeside(text) {
  const store = live();
  const room = besideOf(store.get("rooms", "all"));
  if (!room) return;
  store.setLocation({ room });
  store.setDraft(`What was said about ${text}?`);
  store.openRoom(room);
  requestAnimationFrame(() => focusComposer({ atEnd: true }));
}
