import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_LINK, linkView } from "../../assets/live/linkview.js";

const PICTURE = "data:image/webp;base64,UklGR";
const WHOLE = { url: "https://a.example/", title: "<b>T</b>", description: "D", site: "S", picture: PICTURE };

test("a preview is shown as it is", () => assert.deepEqual(linkView(WHOLE), WHOLE));

test("nothing but web addresses and the server's own pictures", () => {
  for (const url of ["javascript:alert(1)", "data:text/html,x", "", 5, null, "/x"]) assert.equal(linkView({ ...WHOLE, url }), NO_LINK);
  for (const picture of ["https://a.example/p.png", "data:image/svg+xml,<svg/>", 7, null]) assert.equal(linkView({ ...WHOLE, picture }).picture, "");
  for (const none of [undefined, null, "x", {}, { url: "https://a.example/" }]) assert.equal(linkView(none), NO_LINK);
});
