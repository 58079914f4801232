"""What is used of the inside of aiortc is still there. When this fails, read media/forward.py or connection.py."""

import inspect

import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtpPacket

from tests.media.conftest import Tone


@pytest.fixture
async def peer() -> RTCPeerConnection:
    return RTCPeerConnection()


async def test_attributes_by_name(peer: RTCPeerConnection) -> None:
    audio, video = peer.addTransceiver("audio"), peer.addTransceiver("video")
    for receiver in (audio.receiver, video.receiver):
        assert hasattr(receiver, "_RTCRtpReceiver__jitter_buffer")
        assert hasattr(receiver, "_RTCRtpReceiver__nack_generator")
    assert isinstance(video.receiver._RTCRtpReceiver__nack_generator, NackGenerator)
    assert audio.receiver._RTCRtpReceiver__nack_generator is None, "it begins to ask for lost sound by itself"
    assert video.receiver._RTCRtpReceiver__nack_generator.missing == set()
    for name in ("rtp_history", "rtp_header_extensions_map", "ntp_timestamp", "rtp_timestamp", "octet_count"):
        assert hasattr(video.sender, f"_RTCRtpSender__{name}"), name
    assert hasattr(video.sender, "_RTCRtpSender__packet_count")
    for name in ("_ssrc", "_stream_id", "_send_keyframe"):
        assert hasattr(video.sender, name), name
    assert isinstance(video._codecs, list)
    await peer.close()


def test_signatures() -> None:
    assert list(inspect.signature(RTCRtpReceiver._send_rtcp_pli).parameters) == ["self", "media_ssrc"]
    assert list(inspect.signature(RTCRtpReceiver._send_rtcp_nack).parameters) == ["self", "media_ssrc", "lost"]
    assert list(inspect.signature(RTCDtlsTransport._send_rtp).parameters) == ["self", "data"]
    assert list(inspect.signature(RtpPacket.serialize).parameters) == ["self", "extensions_map"]


def test_the_receiver_gives_every_packet_to_its_jitter_buffer() -> None:
    source = inspect.getsource(RTCRtpReceiver._handle_rtp_packet)
    assert "pli_flag, encoded_frame = self.__jitter_buffer.add(packet)" in source
    assert source.index("__nack_generator.add(packet)") < source.index("__jitter_buffer.add(packet)")
    assert source.index("unwrap_rtx(") < source.index("__nack_generator.add(packet)")


def test_the_sender_reads_its_track_and_answers_with_what_is_in_its_history() -> None:
    assert "await self.__track.recv()" in inspect.getsource(RTCRtpSender._next_encoded_frame)
    assert "self.__rtp_history.get(sequence_number % RTP_HISTORY_SIZE)" in inspect.getsource(RTCRtpSender._retransmit)
    assert "self._send_keyframe()" in inspect.getsource(RTCRtpSender._handle_rtcp_packet)


async def test_a_track_gives_its_sender_a_stream(peer: RTCPeerConnection) -> None:
    sender = peer.addTransceiver(Tone(), direction="sendonly").sender
    sender._stream_id = "lane-1"
    offer = await peer.createOffer()
    assert "a=msid:lane-1 " in offer.sdp
    await peer.close()


def test_a_connection_connects_in_tasks_that_nobody_holds() -> None:
    assert inspect.iscoroutinefunction(RTCPeerConnection._RTCPeerConnection__connect)
    for method in (RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription):
        assert "asyncio.ensure_future(self.__connect())" in inspect.getsource(method)
