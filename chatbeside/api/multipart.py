"""The one file of a ``multipart/form-data`` request (RFC 7578), handed on as it comes in and never gathered."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from chatbeside.domain.errors import InvalidInput
from chatbeside.services.files import STALLED

_FIELD = b"file"


class FilePart:
    """Reads a request up to its part ``file``, then that part, then to the end.

    Other parts are read over. Give :meth:`chunks` to whoever wants the content, after :meth:`begin`.
    """

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise _malformed("Send the file as multipart/form-data.")
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise _malformed("The boundary of the form is too long.") from error
        self._headers: dict[bytes, bytes] = {}
        self._header = (bytearray(), bytearray())
        self._wanted = False
        self._found = False
        self._ended = False
        self._pieces: deque[bytes] = deque()
        self.name = ""
        self.media_type = ""

    async def begin(self) -> None:
        """Read until the file's name and type are known.

        Raises:
            InvalidInput: There is no file, or it does not come within a minute.
        """
        try:
            async with asyncio.timeout(STALLED):
                while not self._found:
                    await self._more()
        except TimeoutError:
            raise _malformed("No file came for a minute. Try again.") from None

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the content. Raises :class:`InvalidInput` when the request ends in the middle."""
        while True:
            while self._pieces:
                yield self._pieces.popleft()
            if self._ended:
                return
            await self._more()

    async def _more(self) -> None:
        chunk = await anext(self._stream, b"")
        if not chunk:
            raise _malformed(
                "The request ended before the file did." if self._found else "There is no part called file."
            )
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed("The form cannot be read.") from error
        if self._ended and not self._found:
            raise _malformed("There is no part called file.")

    def _on_part_begin(self) -> None:
        self._headers = {}
        self._header = (bytearray(), bytearray())

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._wanted = not self._found and options.get(b"name") == _FIELD
        if self._wanted:
            self._found = True
            self.name = options.get(b"filename", b"").decode("utf-8", "replace")
            self.media_type = self._headers.get(b"content-type", b"").decode("latin-1")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._pieces.append(data[start:end])

    def _on_part_end(self) -> None:
        self._wanted = False

    def _on_end(self) -> None:
        self._ended = True


def _malformed(problem: str) -> InvalidInput:
    return InvalidInput(problem, fields={"file": problem})
