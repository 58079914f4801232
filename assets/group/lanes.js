// The lanes of one connection to the server: the sections on which this page gets what others send. The server says who
// is on which, in its answers and, with each change, in news. The two come by different ways, so that news may come long
// after an answer that says more; the server numbers what it tells, and what is older than what is laid is not laid.

import { preferVp8 } from "./sending.js";

export class Lanes {
  /** By mid: `{user, kind}`. */
  carried = new Map();
  /** By user id: `{audio, video}`, MediaStreams. */
  streams = new Map();

  #Stream;
  #version;

  constructor(Stream) {
    this.#Stream = Stream;
  }

  /** Whether something else was laid since this was told. What a worker of an older release tells has no `version`, and is never late. */
  late({ version }) {
    return version <= this.#version;
  }

  /** Take who is on which of a connection's `RTCRtpTransceiver`s. */
  lay(transceivers, { version, tracks }) {
    this.#version = version;
    this.carried = new Map(tracks.map(({ mid, user, kind }) => [mid, { user, kind }]));
    const streams = new Map();
    for (const { mid, receiver } of transceivers) {
      const carried = this.carried.get(mid);
      if (!carried) continue;
      const known = this.streams.get(carried.user)?.[carried.kind];
      const stream = known?.getTracks()[0] === receiver.track ? known : new this.#Stream([receiver.track]);
      streams.set(carried.user, { ...streams.get(carried.user), [carried.kind]: stream });
    }
    this.streams = streams;
  }
}

/** Add as many lanes as the server says are missing, by kind; returns whether there are new ones to offer. */
export function addLanes(connection, missing) {
  const kinds = Object.entries(missing).flatMap(([kind, number]) => Array(Math.max(0, number)).fill(kind));
  for (const kind of kinds) {
    const lane = connection.addTransceiver(kind, { direction: "recvonly" });
    if (kind === "video") preferVp8(lane);
  }
  return kinds.length > 0;
}
