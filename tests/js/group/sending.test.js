import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { askingAgain, limit, mostBits, preferVp8 } from "../../../assets/group/sending.js";

const cameras = (count) => Array.from({ length: 12 }, (_, i) => ({ camera: i < count, screen: false }));

class Sender {
  set = [];
  constructor(encodings) {
    this.encodings = encodings;
  }
  getParameters() {
    return { encodings: this.encodings.map((each) => ({ ...each })) };
  }
  async setParameters(parameters) {
    this.encodings = parameters.encodings;
    this.set.push(parameters.encodings[0].maxBitrate);
  }
}

afterEach(() => delete globalThis.RTCRtpReceiver);

test("an offer says that lost sound is asked for again, for opus alone", () => {
  const sdp = "a=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:96 VP8/90000\r\n";
  assert.equal(askingAgain(sdp), "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:96 VP8/90000\r\n");
});

test("the more pictures, the fewer bits for each; a screen is one too", () => {
  assert.deepEqual([0, 2, 3, 4, 5, 6].map((count) => mostBits(cameras(count))), [1_200_000, 1_200_000, 700_000, 700_000, 450_000, 450_000]);
  assert.equal(mostBits([...cameras(2), { camera: false, screen: true }]), 700_000);
});

test("a sender is told when the limit changes, and only then", () => {
  const sender = new Sender([{}]);
  limit(sender, cameras(1));
  limit(sender, cameras(2));
  limit(sender, cameras(6));
  assert.deepEqual(sender.set, [1_200_000, 450_000]);
});

test("a sender without encodings, or none, is left alone", () => {
  const sender = new Sender([]);
  limit(sender, cameras(1));
  limit(undefined, cameras(1));
  assert.deepEqual(sender.set, []);
});

test("pictures are VP8 with its retransmission", () => {
  const codecs = ["video/VP8", "video/rtx", "video/H264", "video/VP9"].map((mimeType) => ({ mimeType }));
  globalThis.RTCRtpReceiver = { getCapabilities: () => ({ codecs }) };
  let chosen = null;
  preferVp8({ setCodecPreferences: (given) => (chosen = given) });
  assert.deepEqual(chosen.map(({ mimeType }) => mimeType), ["video/VP8", "video/rtx"]);
});

test("where a browser cannot choose, nothing is chosen", () => {
  preferVp8({ setCodecPreferences: () => assert.fail("there is nothing to choose from") });
});
