"""A small server on loopback that speaks the OpenAI chat interface, well-behaved or not, as a test tells it.

with OpenAIServer() as server:
    server.reply("Hello", " there")
    ... AsyncOpenAI(base_url=server.url, api_key="k") ...
    assert server.requests[0]["messages"][-1]["content"] == "..."
"""

import json
import math
import socket
import struct
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "right-key"


@dataclass
class Script:
    """How one request is answered."""

    pieces: tuple[str, ...] = ("ready",)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    pause: float = 0.0
    hang_before: bool = False
    hang_after: int | None = None
    cut_after: int | None = None
    garbage: str = ""
    finish: str | None = "stop"
    usage: bool = True
    tool_call: bool = False
    gate: threading.Semaphore | None = None
    answer: Callable[[dict[str, Any]], Iterable[str]] | None = None


class OpenAIServer:
    """Answers each request by the next script, the last one again and again."""

    def __init__(self, *, key: str | None = None) -> None:
        self.key = key
        self.requests: list[dict[str, Any]] = []
        self.scripts: list[Script] = [Script()]
        self.hears: list[str] = ["hello"]
        """What the next utterances are heard as, the last one again and again."""
        self.audio_status = 200
        self.audio_gate: threading.Semaphore | None = None
        self.asked_audio = threading.Event()
        self.heard: list[bytes] = []
        self.spoken: list[str] = []
        self._spoke = threading.Condition()
        self.asked = threading.Event()
        self.closed_early = threading.Event()
        self.open_streams = 0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(_Handler):
            server_state = outer

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "OpenAIServer":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        for script in self.scripts:
            if script.gate:
                script.gate.release(10_000)
        if self.audio_gate:
            self.audio_gate.release(10_000)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, *pieces: str, **how: Any) -> None:
        """Answer everything from now on with these pieces."""
        self.scripts = [Script(pieces=pieces, **how)]

    def then(self, *scripts: Script) -> None:
        """Answer the next requests by these scripts in turn, and further ones by the last."""
        self.scripts = list(scripts)

    def next_script(self, request: dict[str, Any]) -> Script:
        with self._lock:
            self.requests.append(request)
            self.asked.set()
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def wait_for_speech(self, text: str, seconds: float) -> None:
        """Wait until ``text`` was asked for as speech. Raises ``AssertionError`` when it was not."""
        with self._spoke:
            assert self._spoke.wait_for(lambda: text in self.spoken, seconds), self.spoken

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than this server lives."""
        self._stopping.wait(seconds)


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a client that went away; anything else is a fault of this server."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server_state: OpenAIServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        state = self.server_state
        if state.key is not None and self.headers.get("authorization") != f"Bearer {state.key}":
            self._error(Script(status=401, error={"message": "Incorrect API key", "code": "invalid_api_key"}))
            return
        if "/audio/" in self.path:
            self._audio(body)
            return
        request = json.loads(body)
        script = state.next_script(request)
        if script.hang_before:
            state.wait(30)
            self.close_connection = True
            return
        if script.status != 200:
            self._error(script)
            return
        try:
            self._stream(request, script)
        except (BrokenPipeError, ConnectionResetError):
            state.closed_early.set()
            self.close_connection = True

    def _audio(self, body: bytes) -> None:
        state = self.server_state
        if state.audio_status != 200:
            self._error(Script(status=state.audio_status))
            state.asked_audio.set()
            return
        if self.path.endswith("/speech"):
            text = json.loads(body)["input"]
            with state._spoke:
                state.spoken.append(text)
                state._spoke.notify_all()
            self._whole("audio/wav", spoken_wav(text))
            return
        # Of the form only the file matters: it begins with RIFF, and its head says how long it is.
        at = body.index(b"RIFF")
        state.asked_audio.set()
        if state.audio_gate:
            state.audio_gate.acquire()
        state.heard.append(body[at : at + 8 + struct.unpack_from("<I", body, at + 4)[0]])
        text = state.hears.pop(0) if len(state.hears) > 1 else state.hears[0]
        self._whole("application/json", json.dumps({"text": text}).encode())

    def _whole(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _error(self, script: Script) -> None:
        body = json.dumps({"error": script.error or {"message": "no", "type": "error"}}).encode()
        self.send_response(script.status)
        for name, value in script.headers.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, request: dict[str, Any], script: Script) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pieces = script.answer(request) if script.answer else script.pieces
        model = request.get("model", "")
        self._event(_chunk(model, {"role": "assistant", "content": ""}))
        if script.garbage:
            self._raw(script.garbage)
        count = 0
        for number, piece in enumerate(pieces):
            count += 1
            if script.cut_after == number:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if script.hang_after == number:
                self._hang()
                return
            if script.gate:
                script.gate.acquire()
            if script.pause:
                time.sleep(script.pause)
            self._event(_chunk(model, {"content": piece}))
        if script.tool_call:
            call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "rm", "arguments": "{}"}}
            self._event(_chunk(model, {"tool_calls": [call]}))
        if script.finish:
            self._event(_chunk(model, {}, finish=script.finish))
        if script.usage:
            used = {"prompt_tokens": 11, "completion_tokens": count, "total_tokens": 11 + count}
            self._event({**_chunk(model, {}), "choices": [], "usage": used})
        self._raw("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _hang(self) -> None:
        """Say nothing more until the other side goes away."""
        self.connection.settimeout(30)
        try:
            gone = self.connection.recv(1) == b""
        except OSError:
            gone = True
        if gone:
            self.server_state.closed_early.set()
        self.close_connection = True

    def _event(self, value: dict[str, Any]) -> None:
        self._raw(f"data: {json.dumps(value)}\n\n")

    def _raw(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _chunk(model: str, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def spoken_wav(text: str) -> bytes:
    """Return a tone whose length goes with the text: 50 ms a character, at 24 kHz, as services send it."""
    rate = 24_000
    count = rate * len(text) // 20
    wave = array("h", (int(8_000 * math.sin(2 * math.pi * 330 * n / rate)) for n in range(count)))
    # A service that streams does not know the length yet.
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    unknown = struct.pack("<I", 2**32 - 1)
    return b"RIFF" + unknown + b"WAVE" + form + b"data" + unknown + wave.tobytes()
