// The code that both people see and can read to each other: when it is the same, nobody sits in between.
//
// It is made of the fingerprints of the two DTLS certificates (RFC 8122), which the browsers check against the
// connection itself. A server that wanted to listen would have to show each side a certificate of its own. The code has
// 20 digits: with fewer it could look for two certificates that give the same code before the call.

const GROUPS = 5;

/** The certificate fingerprints of a session description, as "sha-256 AB:CD:...", each once. */
export function fingerprints(sdp) {
  const found = [...String(sdp).matchAll(/^a=fingerprint:(\S+) ([0-9A-Fa-f:]+)\s*$/gm)];
  return [...new Set(found.map(([, hash, value]) => `${hash.toLowerCase()} ${value.toUpperCase()}`))].sort();
}

/** The code of two descriptions, the same on both sides: five groups of four digits. */
export async function securityCode(ownSdp, otherSdp, subtle = globalThis.crypto?.subtle) {
  const [own, other] = [fingerprints(ownSdp).join(","), fingerprints(otherSdp).join(",")];
  if (!own || !other || !subtle) return "";
  const text = new TextEncoder().encode(`chatbeside call\n${[own, other].sort().join("\n")}`);
  const digest = new DataView(await subtle.digest("SHA-256", text));
  return Array.from({ length: GROUPS }, (_, i) => String(digest.getUint32(i * 4) % 10_000).padStart(4, "0")).join(" ");
}
