// What a page sends into a call of a room: everybody gets the packets as they are, so that all must send what all
// understand, and no more than all can take.

/** Offer that lost sound is asked for again (RFC 4585); browsers can, but do not say so by themselves. */
export function askingAgain(sdp) {
  return sdp.replace(/a=rtpmap:(\d+) opus\/48000\/2\r\n/g, (line, type) => `${line}a=rtcp-fb:${type} nack\r\n`);
}

/** Let a lane for pictures use VP8 only, with its retransmission. */
export function preferVp8(lane) {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs.filter((codec) => /\/(VP8|rtx)$/i.test(codec.mimeType));
  if (codecs?.length) lane.setCodecPreferences?.(codecs);
}

/** The most bits a second of a picture: the more there are, the smaller everybody's share of the line. */
export function mostBits(seats) {
  const pictures = seats.filter((seat) => seat.camera || seat.screen).length;
  return pictures <= 2 ? 1_200_000 : pictures <= 4 ? 700_000 : 450_000;
}

/** Keep an `RTCRtpSender` to `mostBits`; nothing happens before it has encodings. */
export function limit(sender, seats) {
  const parameters = sender?.getParameters?.();
  if (!parameters?.encodings?.length) return;
  const most = mostBits(seats);
  if (parameters.encodings[0].maxBitrate === most) return;
  parameters.encodings[0].maxBitrate = most;
  sender.setParameters(parameters).catch(() => {});
}
