import assert from "node:assert/strict";
import { test } from "node:test";

import { tilesOf } from "../../../assets/group/tiles.js";

const seat = (user, more = {}) => ({ user, muted: false, camera: false, screen: false, ...more });
const look = (seats, { shown = {}, streams = new Map(), speakers = [] } = {}) =>
  tilesOf({
    seats,
    me: "ann",
    shown: { muted: false, camera: false, screen: false, ...shown },
    people: { name: (id) => id, picture: (id) => `/${id}.png` },
    streams,
    ears: { speaks: (user) => speakers.includes(user), bars: () => 3 },
    now: 0,
  });

test("the own tile shows what is so here, whatever the server knows yet", () => {
  const [own] = look([seat("ann", { muted: false, camera: false })], { shown: { muted: true, screen: true }, speakers: ["ann"] });
  assert.deepEqual(own, { id: "ann", you: true, name: "You", avatar: "/ann.png", muted: true, picture: true, screen: true, speaking: false, bars: 3 });
});

test("another one's picture is shown when it is on and there is a lane for it", () => {
  const streams = new Map([["ben", { video: {} }], ["cleo", { audio: {} }]]);
  const pictures = look([seat("ben", { camera: true }), seat("cleo", { camera: true }), seat("ben")], { streams }).map((tile) => tile.picture);
  assert.deepEqual(pictures, [true, false, false]);
});

test("a shared screen is said to be one, and who is muted does not speak", () => {
  const [ben, cleo] = look([seat("ben", { screen: true }), seat("cleo", { muted: true })], { speakers: ["ben", "cleo"] });
  assert.deepEqual([ben.screen, ben.speaking], [true, true]);
  assert.deepEqual([cleo.muted, cleo.speaking], [true, false]);
});
