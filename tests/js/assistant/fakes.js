// What the assistant's store stands on, as little of it as it needs.

import { AssistantStore } from "../../../assets/assistant/store.js";
import { Drafts } from "../../../assets/live/drafts.js";

export const COMMANDS = [
  { name: "help", usage: "/help [topic]", summary: "How it works", aliases: ["?"] },
  { name: "search", usage: "/search words", summary: "Find", aliases: ["find"] },
  { name: "summarise", usage: "/summarise", summary: "Sum up", aliases: ["summarize"] },
  { name: "poll", usage: "/poll", summary: "Ask", aliases: [] },
];

export const piece = (n, at, text, more = {}) => ({ room: "r", id: "s", user: "b", replyTo: "q", asker: "me", at, text, n, done: false, ...more });

/** A live store with as much as the assistant's needs. */
export function fakeLive() {
  const asked = [];
  const live = {
    place: { room: "r" },
    link: { online: true },
    me: { _id: "me" },
    heads: new Map([["r", { room: "r", kind: "group", role: "owner", peer: null }], ["d", { room: "d", kind: "direct", peer: { _id: "b", bot: true } }]]),
    timelines: new Map(),
    markdown: { render: (_, text) => `<p>${text}</p>` },
    people: { name: (id) => id },
    words: { dayNumber: (at) => Math.floor(at / 86_400_000), day: () => "Monday", time: () => "09:05" },
    clock: { now: () => Date.parse("2026-05-05T12:00:00Z") },
    draft: "",
    drafts: new Drafts({ persist: { keys: () => [], set() {}, remove() {} }, timers: { setTimeout() {}, clearTimeout() {} } }),
    changed() {},
    answers: {},
    asked,
    listeners: new Set(),
    get: (name) => (name === "draft" ? live.draft : undefined),
    setDraft: (text) => {
      live.draft = text;
    },
    listen: (listener) => live.listeners.add(listener),
    subscribe: () => () => {},
    hear: (name, data) => live.listeners.forEach((listener) => listener(name, data)),
    request: async (event, data) => {
      asked.push([event, data]);
      const answer = live.answers[event];
      if (answer instanceof Error) throw answer;
      return answer ?? {};
    },
  };
  return live;
}

export const settle = () => new Promise((resolve) => setImmediate(resolve));

export function make(live = fakeLive()) {
  const timers = [];
  live.answers["assistant state"] = { provider: "openai", model: "tiny", outside: true, on: true, member: true, used: 5, limit: 100, growing: [] };
  const store = new AssistantStore({ live, newId: () => "c1", zone: "Europe/Berlin", timers: { setTimeout: (work) => timers.push(work) } });
  store.commands = COMMANDS;
  return { live, store, timers };
}
