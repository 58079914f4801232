// A component that shows nothing: it ends a log-in by turning the ticket into the session.

import { useEffect, useRef } from "react";
import { ask } from "./browser.js";

/** A path of this site, or "/". */
function ownPath(next) {
  try {
    const url = new URL(next, window.location.origin);
    return url.origin === window.location.origin && next.startsWith("/") ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}

export function LiveSessionExchange({ ticket = "", nextPage = "/", onRefused }) {
  const used = useRef("");

  useEffect(() => {
    if (!ticket || used.current === ticket) return;
    used.current = ticket;
    const exchange = async () => {
      let answer;
      try {
        answer = await ask("/api/auth/session", { body: { ticket } });
      } catch {
        answer = undefined;
      }
      if (answer?.ok) window.location.assign(ownPath(nextPage));
      else onRefused?.(answer ? "Logging in took too long. Try again." : "The server cannot be reached. Try again in a moment.");
    };
    exchange();
  }, [ticket, nextPage, onRefused]);

  return null;
}
