// Components that show nothing: they tell the page's state of the open room when it changes, close a dialog whose work
// is done, and open the dialog that the address asks for.
import { useEffect, useRef } from "react";
import { useLocation, useNavigate } from "react-router";
import { live } from "../live/browser.js";
import { useLive } from "../live/hooks.js";
import { closeDialog, openDialog } from "./dialogs.js";

/** Several changes in a row are one. */
const PAUSE = 80;

/** Calls `onChange` with the room's id at once and whenever the server says that the room has changed. */
export function RoomWatch({ room = "", onChange }) {
  const tell = useRef(onChange);
  tell.current = onChange;
  const { state } = useLive("connection");
  const online = state === "online";

  useEffect(() => {
    if (!room || !online) return undefined;
    let timer;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => tell.current?.(room), PAUSE);
    };
    tell.current?.(room);
    const silent = live().listen((name, data) => {
      if (name === "room changed" && data.room?.room === room && !data.room.gone) soon();
    });
    return () => {
      clearTimeout(timer);
      silent();
    };
  }, [room, online]);

  return null;
}

/** Closes `dialog` whenever `done` changes. */
export function DialogCloser({ dialog, done = 0 }) {
  const before = useRef(done);
  useEffect(() => {
    if (before.current === done) return;
    before.current = done;
    closeDialog(dialog);
  }, [dialog, done]);
  return null;
}

/** With `?show=WHAT` in the address and the room there, opens `dialog`, once, and calls `onOpen` with the room's id. */
export function AskedDialog({ what, dialog, room = "", onOpen }) {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  useEffect(() => {
    const query = new URLSearchParams(search);
    if (query.get("show") !== what || !room || query.get("room") !== room) return;
    query.delete("show");
    navigate(`${pathname}?${query}`, { replace: true });
    onOpen?.(room);
    openDialog(dialog);
  }, [what, dialog, room, onOpen, pathname, search, navigate]);
  return null;
}
