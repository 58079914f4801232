// Shows nothing: asks for the open room's pinned messages while the details are in the page.

import { useEffect } from "react";
import { live } from "./browser.js";
import { useLive } from "./hooks.js";

export function LivePinsLoader() {
  const room = useLive("current_room");
  const { state } = useLive("connection");

  useEffect(() => {
    if (state === "online") live().hands.pins.load(room);
  }, [room, state]);

  return null;
}
