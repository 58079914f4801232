"""Makes one file of a recording's parts: ``python -m chatbeside.media.finish FOLDER FILE``.

Pictures are copied as they are, a track for each person. Voices are mixed into one track of sound, because players play
one. Parts that end in the middle, because whoever wrote them was killed, are read as far as they go. Prints
``{"seconds", "width", "height"}``, or ``{}`` when there is nothing in the parts.
"""

from __future__ import annotations  # packets have types only for checkers

import heapq
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

_RATE = 48_000
_LAYOUT = "stereo"

logger = logging.getLogger("chatbeside.media")


def finish(folder: Path, file: Path) -> dict[str, Any]:
    """Make ``file`` of the parts in ``folder`` and return what is known of it; ``{}`` when there is nothing."""
    sounds = [path for path in sorted(folder.glob("*-audio.webm")) if _packets(path)]
    # Players that show one picture show the first.
    pictures = sorted(((_packets(path), path) for path in folder.glob("*-video.webm")), reverse=True)
    pictures = [(count, path) for count, path in pictures if count]
    if not sounds and not pictures:
        return {}
    with ExitStack() as stack:
        out = stack.enter_context(av.open(str(file), "w", format="webm"))
        flows: list[Iterator[tuple[float, int, av.Packet[Any]]]] = []
        size: dict[str, int] = {}
        for number, (_, path) in enumerate(pictures):
            part = stack.enter_context(av.open(str(path)))
            stream = part.streams.video[0]
            context = stream.codec_context
            size = size or {"width": context.width, "height": context.height}
            made = out.add_mux_stream("vp8", width=context.width, height=context.height)
            made.time_base = Fraction(1, 1000)
            flows.append(_copied(part, stream, made, number))
        if sounds:
            encoder = out.add_stream("libopus", rate=_RATE, layout=_LAYOUT, bit_rate=64_000)
            parts = [stack.enter_context(av.open(str(path))) for path in sounds]
            flows.append(_mixed(parts, encoder, len(flows)))
        end = 0.0
        for at, _, packet in heapq.merge(*flows, key=lambda flow: flow[:2]):
            end = max(end, at)
            out.mux_one(packet)
    return {"seconds": round(end, 1), **size}


def _seconds(packet: av.Packet[Any]) -> float:
    return float((packet.pts or 0) * packet.time_base)


def _packets(path: Path) -> int:
    """Return how many packets can be read of a part."""
    try:
        with av.open(str(path)) as part:
            return sum(1 for _ in _demuxed(part, part.streams[0]))
    except (av.FFmpegError, IndexError):
        return 0  # killed before there was a whole cluster


def _demuxed(part: Any, stream: Any) -> Iterator[av.Packet[Any]]:
    try:
        for packet in part.demux(stream):
            if packet.size and packet.pts is not None:
                yield packet
    except av.FFmpegError:
        logger.info("a part ends in the middle")


def _copied(part: Any, stream: Any, made: Any, number: int) -> Iterator[tuple[float, int, av.Packet[Any]]]:
    for packet in _demuxed(part, stream):
        at = _seconds(packet)
        packet.stream = made
        yield at, number, packet


def _mixed(parts: list[Any], encoder: Any, number: int) -> Iterator[tuple[float, int, av.Packet[Any]]]:
    """Mix the sounds and encode the mix."""
    graph = Graph()
    sources = []
    mixer = graph.add("amix", f"inputs={len(parts)}:normalize=0")
    for place in range(len(parts)):
        source = graph.add_abuffer(sample_rate=_RATE, format="fltp", layout=_LAYOUT, time_base=Fraction(1, _RATE))
        # Where nothing was sent there is silence, from the very beginning of the recording.
        filler = graph.add("aresample", "async=1:first_pts=0:min_hard_comp=0.1")
        source.link_to(filler)
        filler.link_to(mixer, 0, place)
        sources.append(source)
    shape = graph.add("aformat", f"sample_fmts=flt:sample_rates={_RATE}:channel_layouts={_LAYOUT}")
    limiter = graph.add("alimiter", "limit=0.9:level=0")
    sink = graph.add("abuffersink")
    mixer.link_to(limiter)
    limiter.link_to(shape)
    shape.link_to(sink)
    graph.configure()
    frames = [_decoded(part, place) for place, part in enumerate(parts)]
    for _, place, frame in heapq.merge(*frames, key=lambda each: each[:2]):
        sources[place].push(frame)
        yield from _encoded(_drained(graph), encoder, number)
    for source in sources:
        source.push(None)
    yield from _encoded(_drained(graph), encoder, number)
    yield from _encoded([None], encoder, number)


def _decoded(part: Any, place: int) -> Iterator[tuple[float, int, av.AudioFrame]]:
    stream = part.streams.audio[0]
    resampler = av.AudioResampler(format="fltp", layout=_LAYOUT, rate=_RATE)
    for packet in _demuxed(part, stream):
        at = _seconds(packet)
        try:
            decoded: Any = packet.decode()
        except av.FFmpegError:
            continue  # one bad packet is a moment of silence
        for frame in decoded:
            for even in resampler.resample(frame):
                even.pts = int(at * _RATE)
                even.time_base = Fraction(1, _RATE)
                at += even.samples / _RATE
                yield float(even.pts / _RATE), place, even


def _drained(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, av.AudioFrame):
            yield frame


def _encoded(frames: Any, encoder: Any, number: int) -> Iterator[tuple[float, int, av.Packet[Any]]]:
    for frame in frames:
        for packet in encoder.encode(frame):
            if packet.pts is not None:
                yield _seconds(packet), number, packet


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    os.nice(10)  # talking comes first
    sys.stdout.write(json.dumps(finish(Path(sys.argv[1]), Path(sys.argv[2]))))
