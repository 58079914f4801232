// A component that shows nothing: it starts the store, and keeps it and the page's address in step.

import { useEffect, useLayoutEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { live } from "./browser.js";
import { forgetPage, useLive } from "./hooks.js";
import { notifications } from "./notifyhooks.js";

// Only pages of people who are logged in load this module. The store asks at once, while the page is still being put
// together: on a slow telephone that takes longer than the answer.
if (typeof window !== "undefined") {
  live().setLocation(place(window.location.search));
  live().start({ ahead: true });
}

// A layout effect does nothing, and warns, where pages are rendered ahead.
const useEarlyEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** The room and the message that an address names. */
function place(search) {
  const query = new URLSearchParams(search);
  return { room: query.get("room") ?? "", message: query.get("m") ?? "" };
}

export function LiveBridge({ login = "" }) {
  const { search } = useLocation();
  const navigate = useNavigate();
  const { state, reason } = useLive("connection");

  // After every part of the page was put together: the parts that listen are there.
  useEffect(() => {
    notifications();
    live().start();
  }, []);

  useEarlyEffect(() => {
    live().setNavigator((to, how) => navigate(to, how));
    return () => live().setNavigator(null);
  }, [navigate]);

  useEarlyEffect(() => {
    live().setLocation(place(search));
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
