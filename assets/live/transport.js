// The socket as the store wants it: events in, questions with answers out, connected again by itself.

import { io } from "socket.io-client";

const ANSWER_WITHIN = 15_000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15_000;
const REFUSALS = new Set(["unauthenticated", "forbidden"]);

/** @param origin Where the server is. */
export function createTransport(origin) {
  let socket = null;
  let handlers = null;
  let timer;
  let refusals = 0;

  const again = () => {
    clearTimeout(timer);
    if (!socket || socket.connected) return;
    // `active`: the client is waiting to try by itself.
    if (socket.active) socket.io.engine?.close();
    socket.disconnect().connect();
  };

  /** After a refusal the client does not try again by itself. */
  const later = () => {
    clearTimeout(timer);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** refusals) * (0.75 + Math.random() / 2);
    refusals += 1;
    timer = setTimeout(again, wait);
  };

  return {
    start(given) {
      handlers = given;
      socket = io(origin, {
        path: "/socket.io",
        forceNew: true,
        withCredentials: true,
        transports: ["websocket"],
        reconnectionDelay: 500,
        reconnectionDelayMax: 8000,
        timeout: 10_000,
        autoConnect: false,
      });
      socket.on("connect", () => {
        refusals = 0;
      });
      socket.on("disconnect", (reason) => {
        handlers?.down();
        if (reason === "io server disconnect") later();
      });
      socket.on("connect_error", (error) => {
        handlers?.down();
        if (socket?.active) return;
        if (REFUSALS.has(error.data?.code)) handlers?.refused();
        else later();
      });
      socket.onAny((name, data) => handlers?.event(name, data));
      socket.connect();
    },
    stop() {
      clearTimeout(timer);
      handlers = null;
      socket?.removeAllListeners();
      socket?.offAny();
      socket?.disconnect();
      socket = null;
    },
    retry: again,
    send(event, data) {
      if (socket?.connected) socket.emit(event, data);
    },
    request(event, data) {
      // While there is no connection the client would keep the question and send it later, after the resume.
      if (!socket?.connected) return Promise.reject(new Error("There is no connection."));
      return socket.timeout(ANSWER_WITHIN).emitWithAck(event, data);
    },
  };
}
