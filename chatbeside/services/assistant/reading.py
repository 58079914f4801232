"""The words of files that are attached to what is talked about: plain text and PDF."""

from collections.abc import Sequence
from dataclasses import replace

from chatbeside.assistant.interfaces import Source
from chatbeside.assistant.pdf import words_of_pdf
from chatbeside.domain.errors import NotFound
from chatbeside.domain.files import StoredFile
from chatbeside.domain.models import Attachment
from chatbeside.services.files import Files
from chatbeside.store.interfaces import Store

FILES_MOST = 3
"""Files that are opened for one answer: those of the newest messages."""
TEXT_MOST = 64 * 1024
"""Bytes of a plain text that are read."""
PDF_MOST = 8 * 1024 * 1024
"""Bytes of a PDF; a larger one is not opened."""
WORDS_MOST = 8_000
"""Characters of one file that go into a prompt."""
_TEXTS = frozenset({"application/json", "application/xml", "application/yaml", "application/x-yaml"})


class FileWords:
    """Reads the files of sources.

    Args:
        store: Knows the files.
        files: Has their content.
    """

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files

    async def read(self, sources: Sequence[Source]) -> list[Source]:
        """Return ``sources`` with the words of the newest files in them. Only admitted sources may be given."""
        filled = list(sources)
        opened = 0
        messages = await self._store.messages.get_many(source.message_id for source in sources if source.files)
        for place in range(len(filled) - 1, -1, -1):
            message = messages.get(filled[place].message_id)
            if message is None or message.deleted_at or opened == FILES_MOST:
                continue
            said = []
            for attachment in message.attachments:
                if opened == FILES_MOST:
                    break
                words = await self._words(attachment, message.id)
                if words:
                    opened += 1
                    said.append(f"{attachment.name}:\n{words}")
            if said:
                filled[place] = replace(filled[place], file_text="\n\n".join(said))
        return filled

    async def _words(self, attachment: Attachment, message_id: str) -> str:
        file = await self._store.files.get(attachment.file_id)
        if file is None or file.message_id != message_id:
            return ""
        try:
            if file.media_type.startswith("text/") or file.media_type in _TEXTS:
                return (await self._content(file, TEXT_MOST)).decode("utf-8", "replace")[:WORDS_MOST]
            if file.media_type == "application/pdf" and file.size <= PDF_MOST:
                return (await words_of_pdf(await self._content(file, PDF_MOST)))[:WORDS_MOST]
        except NotFound:
            pass
        return ""

    async def _content(self, file: StoredFile, most: int) -> bytes:
        pieces = await self._files.read(file, start=0, stop=min(file.size, most))
        return b"".join([piece async for piece in pieces])
