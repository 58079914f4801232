"""What forwarding costs the media worker, and how it holds when packets are lost. Peers are real browsers."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from bench.lossy import LossyPath
from chatbeside.media.supervisor import MediaSupervisor, SupervisedLeg

FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
PAGE = "http://localhost/peer"

SCRIPT = """
let pc, ready = Promise.resolve();
const sinks = [];
const gathered = () => new Promise((done) => {
  if (pc.iceGatheringState === "complete") return done();
  pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done());
  setTimeout(done, 1500);
});
async function negotiate() {
  const offer = await pc.createOffer();
  const again = (line, type) => `${line}a=rtcp-fb:${type} nack\\r\\n`;
  offer.sdp = offer.sdp.replace(/a=rtpmap:(\\d+) opus\\/48000\\/2\\r\\n/g, again);
  await pc.setLocalDescription(offer);
  await gathered();
  const answer = await ask(pc.localDescription.sdp);
  await pc.setRemoteDescription({type: "answer", sdp: answer.answer});
  await lanes(answer);
}
async function lanes({missing}) {
  const entries = Object.entries(missing);
  for (const [kind, number] of entries)
    for (let i = 0; i < number; i++) pc.addTransceiver(kind, {direction: "recvonly"});
  if (entries.length) await negotiate();
}
const queued = (work) => (ready = ready.then(work, work));
window.laid = (news) => queued(() => lanes(news));
window.join = (audio, video) => queued(async () => {
  pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
  pc.ontrack = ({track}) => {
    const sink = document.createElement(track.kind === "video" ? "video" : "audio");
    sink.autoplay = true;
    sink.srcObject = new MediaStream([track]);
    document.body.append(sink);
  };
  const wanted = {audio, video: video && {width: 640, height: 480, frameRate: 20}};
  const stream = audio || video ? await navigator.mediaDevices.getUserMedia(wanted) : new MediaStream();
  for (const track of stream.getTracks()) {
    const lane = pc.addTransceiver(track, {direction: "sendonly"});
    if (track.kind === "video") {
      const vp8 = RTCRtpSender.getCapabilities("video").codecs.filter((c) => /VP8|rtx/.test(c.mimeType));
      lane.setCodecPreferences(vp8);
    }
  }
  if (!stream.getTracks().length) pc.addTransceiver("audio", {direction: "recvonly"});
  await negotiate();
});
window.read = async () => {
  const now = {frames: 0, freezes: 0, frozen: 0, samples: 0, concealed: 0, plis: 0, nacks: 0, energy: 0, lost: 0,
    sentKeys: 0, sentPlis: 0, bitrate: 0, videos: 0, audios: 0};
  for (const e of (await pc.getStats()).values()) {
    if (e.type === "inbound-rtp" && e.kind === "video") {
      now.frames += e.framesDecoded; now.freezes += e.freezeCount; now.frozen += e.totalFreezesDuration;
      now.plis += e.pliCount; now.nacks += e.nackCount; now.lost += e.packetsLost; now.videos += 1;
    } else if (e.type === "inbound-rtp") {
      now.samples += e.totalSamplesReceived ?? 0;
      now.concealed += (e.concealedSamples ?? 0) - (e.silentConcealedSamples ?? 0);
      now.energy += e.totalAudioEnergy ?? 0; now.audios += 1;
    } else if (e.type === "outbound-rtp" && e.kind === "video") {
      now.sentKeys += e.keyFramesEncoded; now.sentPlis += e.pliCount; now.bitrate += e.bytesSent;
    }
  }
  return now;
};
"""


@dataclass
class Peer:
    """One browser page in the media room."""

    page: Page
    path: LossyPath | None
    leg: SupervisedLeg | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Held:
    """How a group did. Rates are per picture or per voice received, over the time of the measurement."""

    cpu: float
    frames: float
    freezes: float
    frozen: float
    concealed: float
    key_frames: float
    nacks: float
    bitrate: float
    pictures: int
    voices: int


class Group:
    """Browser pages that talk through one media worker."""

    def __init__(self, browser: Browser, media: MediaSupervisor, *, loss: float = 0.0, delay: float = 0.0) -> None:
        self._browser = browser
        self._media = media
        self._loss = loss
        self._delay = delay
        self.peers: list[Peer] = []

    async def join(self, *, audio: bool = True, video: bool = True) -> Peer:
        context = await self._browser.new_context()
        page = await context.new_page()
        await page.route(PAGE, lambda route: route.fulfill(content_type="text/html", body="<body></body>"))
        await page.goto(PAGE)
        path = LossyPath(loss=self._loss, delay=self._delay, seed=len(self.peers)) if self._delay else None
        peer = Peer(page, path)
        self.peers.append(peer)

        async def ask(offer: str) -> Mapping[str, Any]:
            if peer.leg is None:
                asked = {"room": "bench", "peer": f"p{len(self.peers)}", "offer": offer, "picture": video}
                peer.leg = await self._media.open("forward", **asked)
                peer.tasks.append(asyncio.create_task(self._hear(peer, peer.leg)))
                answer = dict(peer.leg.opened)
                if path is not None:
                    answer["answer"] = await path.through(answer["answer"])
                return answer
            answer = dict(await peer.leg.ask("offer", offer=offer))
            if path is not None:
                answer["answer"] = (
                    "\r\n".join(line for line in answer["answer"].splitlines() if not line.startswith("a=candidate"))
                    + "\r\n"
                )
            return answer

        await page.expose_function("ask", ask)
        await page.add_script_tag(content=SCRIPT)
        await page.evaluate("([audio, video]) => join(audio, video)", [audio, video])
        return peer

    async def _hear(self, peer: Peer, leg: SupervisedLeg) -> None:
        async for event in leg.events():
            if event.name == "lanes":
                peer.tasks.append(asyncio.create_task(peer.page.evaluate("(news) => laid(news)", dict(event.data))))

    async def read(self) -> list[dict[str, float]]:
        return [await peer.page.evaluate("() => read()") for peer in self.peers]

    async def measure(self, seconds: float) -> Held:
        pid = self._media.pid
        assert pid is not None
        before, cpu, began = await self.read(), cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(seconds)
        after, spent, lasted = await self.read(), cpu_seconds(pid) - cpu, time.monotonic() - began

        def grown(key: str) -> float:
            return sum(late[key] - early[key] for early, late in zip(before, after, strict=True))

        pictures = int(sum(each["videos"] for each in after))
        senders = sum(1 for early, late in zip(before, after, strict=True) if late["bitrate"] > early["bitrate"])
        return Held(
            cpu=spent / lasted,
            frames=grown("frames") / lasted / max(1, pictures),
            freezes=grown("freezes") / lasted * 60 / max(1, pictures),
            frozen=grown("frozen") / lasted / max(1, pictures),
            concealed=grown("concealed") / max(1.0, grown("samples")),
            key_frames=grown("sentPlis") / lasted * 60 / max(1, senders),
            nacks=grown("nacks") / lasted / max(1, pictures),
            bitrate=grown("bitrate") * 8 / lasted / 1000 / max(1, senders),
            pictures=pictures,
            voices=int(sum(each["audios"] for each in after)),
        )

    async def close(self) -> None:
        for peer in self.peers:
            if peer.leg is not None:
                await peer.leg.close()
            await asyncio.gather(*peer.tasks, return_exceptions=True)
            if peer.path is not None:
                peer.path.close()
            await peer.page.context.close()


def cpu_seconds(pid: int) -> float:
    """Return how much CPU a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measured(
    senders: int,
    receivers: int,
    *,
    audio: bool = True,
    video: bool = True,
    loss: float = 0.0,
    delay: float = 0.0,
    seconds: float = 20.0,
) -> Held:
    """Measure one group: so many that send (and receive), so many that only receive."""
    media = MediaSupervisor()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        group = Group(browser, media, loss=loss, delay=delay)
        try:
            for _ in range(senders):
                await group.join(audio=audio, video=video)
            for _ in range(receivers):
                await group.join(audio=False, video=False)
            await asyncio.sleep(5)
            return await group.measure(seconds)
        finally:
            await group.close()
            await browser.close()
            await media.stop()
