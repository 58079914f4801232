// Who speaks in a call of a room, and how good the line to each is. Knows connections only by their readings.

import { quality } from "../calls/stats.js";

const MEASURE_EVERY = 2000;
const SPEAKS_FROM = 0.02;
const SPEAKS_FOR = 700;
/** Who is silent sends next to nothing: fewer packets say nothing about the line. */
const PACKETS_LEAST = 10;

export class Ears {
  #spoke = new Map();
  #bars = new Map();
  #before = new Map();
  #measured;

  /** @param now In milliseconds, as all moments here. */
  constructor(now) {
    this.#measured = now;
  }

  /** Hear who is loud. @param lanes `RTCRtpTransceiver`s. @param carried By mid, whose each is: `{user, kind}`. */
  listen(lanes, carried, now) {
    for (const lane of lanes) {
      const { user, kind } = carried.get(lane.mid) ?? {};
      if (kind !== "audio") continue;
      const sources = lane.receiver.getSynchronizationSources?.() ?? [];
      if (sources.some((source) => (source.audioLevel ?? 0) >= SPEAKS_FROM && now - source.timestamp < SPEAKS_FOR)) this.#spoke.set(user, now);
    }
  }

  /** Whether it is time for the next reading; asked once for each. */
  due(now) {
    if (now - this.#measured < MEASURE_EVERY) return false;
    this.#measured = now;
    return true;
  }

  /** Take an `RTCStatsReport`. */
  measure(report, carried) {
    const readings = new Map();
    report.forEach((entry) => {
      const whose = entry.type === "inbound-rtp" ? carried.get(entry.mid) : null;
      if (!whose) return;
      const reading = readings.get(whose.user) ?? { received: 0, lost: 0, jitter: 0, roundTrip: 0, remoteLoss: 0 };
      reading.received += entry.packetsReceived ?? 0;
      reading.lost += Math.max(0, entry.packetsLost ?? 0);
      reading.jitter = Math.max(reading.jitter, entry.jitter ?? 0);
      readings.set(whose.user, reading);
    });
    for (const [user, reading] of readings) {
      const before = this.#before.get(user);
      if (before && reading.received - before.received > PACKETS_LEAST) this.#bars.set(user, quality(before, reading));
    }
    this.#before = readings;
  }

  speaks(user, now) {
    return now - (this.#spoke.get(user) ?? -Infinity) < SPEAKS_FOR;
  }

  /** From 4 (good) to 0. */
  bars(user) {
    return this.#bars.get(user) ?? 4;
  }
}
