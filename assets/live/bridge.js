// Components that show nothing: they start the store, keep it and the page's address in step, and end a log-in.

import { useEffect, useLayoutEffect, useRef } from "react";
import { useLocation, useNavigate } from "react-router";
import { ask, live } from "./browser.js";
import { forgetPage, useLive } from "./hooks.js";
import { notifications } from "./notifyhooks.js";

// A layout effect does nothing, and warns, where pages are rendered ahead.
const useEarlyEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

export function LiveBridge({ login = "" }) {
  const { search } = useLocation();
  const navigate = useNavigate();
  const { state, reason } = useLive("connection");

  useEarlyEffect(() => {
    live().start();
    notifications();
  }, []);

  useEarlyEffect(() => {
    live().setNavigator((to, how) => navigate(to, how));
    return () => live().setNavigator(null);
  }, [navigate]);

  useEarlyEffect(() => {
    const query = new URLSearchParams(search);
    live().setLocation({ room: query.get("room") ?? "", message: query.get("m") ?? "" });
  }, [search]);

  // Another page of the product: nothing is read there.
  useEarlyEffect(() => () => live().setLocation({}), []);

  useEffect(() => {
    if (state !== "refused" || !login) return;
    forgetPage();
    const here = window.location.pathname + window.location.search;
    const query = new URLSearchParams({ ...(here === "/" ? {} : { next: here }), ...(reason ? { ended: reason } : {}) });
    window.location.replace(query.size ? `${login}?${query}` : login);
  }, [state, reason, login]);

  return null;
}

/** A path of this site, or "/". */
export function ownPath(next) {
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
