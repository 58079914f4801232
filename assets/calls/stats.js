// How good a connection is, from two readings of getStats.

/** Pick the few numbers that matter out of an RTCStatsReport. Times are seconds, counts since the start. */
export function readStats(report) {
  const reading = {
    received: 0, lost: 0, jitter: 0, roundTrip: 0, bytesReceived: 0, bytesSent: 0,
    framesDecoded: 0, audioEnergy: 0, relayed: false, remoteLoss: 0,
  };
  const byId = new Map();
  let pairId = "";
  report.forEach((entry) => {
    byId.set(entry.id, entry);
    if (entry.type === "inbound-rtp") {
      reading.received += entry.packetsReceived ?? 0;
      reading.lost += Math.max(0, entry.packetsLost ?? 0);
      reading.jitter = Math.max(reading.jitter, entry.jitter ?? 0);
      reading.framesDecoded += entry.framesDecoded ?? 0;
      reading.audioEnergy += entry.totalAudioEnergy ?? 0;
    } else if (entry.type === "remote-inbound-rtp") {
      reading.remoteLoss = Math.max(reading.remoteLoss, entry.fractionLost ?? 0);
    } else if (entry.type === "transport" && entry.selectedCandidatePairId) {
      pairId = entry.selectedCandidatePairId;
      reading.bytesReceived += entry.bytesReceived ?? 0;
      reading.bytesSent += entry.bytesSent ?? 0;
    }
  });
  const pair = byId.get(pairId) ?? [...byId.values()].find((entry) => entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded");
  if (pair) {
    reading.roundTrip = pair.currentRoundTripTime ?? 0;
    reading.relayed = [pair.localCandidateId, pair.remoteCandidateId].some((id) => byId.get(id)?.candidateType === "relay");
  }
  return reading;
}

/**
 * Bars from 4 (good) to 1 (hardly), 0 when nothing arrives at all.
 *
 * @param before The reading before, or null. @param now The newest one.
 */
export function quality(before, now) {
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  if (before && received <= 0) return 0;
  const loss = Math.max(received + lost > 0 ? lost / (received + lost) : 0, now.remoteLoss);
  const steps = [
    [0.02, 0.2, 0.04],
    [0.05, 0.4, 0.08],
    [0.12, 0.8, 0.2],
  ];
  const passed = steps.findIndex(([most, trip, jitter]) => loss <= most && now.roundTrip <= trip && now.jitter <= jitter);
  return passed < 0 ? 1 : 4 - passed;
}
