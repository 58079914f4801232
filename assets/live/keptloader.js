// Shows nothing: asks for the open room's pinned messages and files while the details are in the page.

import { useEffect } from "react";
import { live } from "./browser.js";
import { useLive } from "./hooks.js";

export function LiveKeptLoader() {
  const room = useLive("current_room");
  const { state } = useLive("connection");

  useEffect(() => {
    if (state === "online") for (const kept of live().hands.kept) kept.load(room);
  }, [room, state]);

  return null;
}
