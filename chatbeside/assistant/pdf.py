"""The words of a PDF, taken out in a process of its own: ``python -m chatbeside.assistant.pdf < file``.

A file from anybody may be made to keep a reader busy for ever or to fill its memory. A process can be
limited and ended; a thread cannot.
"""

import asyncio
import contextlib
import io
import logging
import resource
import sys

PAGES = 20
CHARACTERS = 20_000
SECONDS = 8
MEMORY = 512 * 1024 * 1024


async def words_of_pdf(content: bytes) -> str:
    """Return the words of a PDF's first pages; nothing when there are none or it cannot be read in time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatbeside.assistant.pdf",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate(content)
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return said.decode("utf-8", "replace")[:CHARACTERS] if process.returncode == 0 else ""


def main() -> None:
    """Read a PDF from standard input and write its words."""
    from pypdf import PdfReader  # noqa: PLC0415 - only this process needs it

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    length = 0
    for page in PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages[:PAGES]:
        text = page.extract_text()
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
        length += len(text)
        if length > CHARACTERS:
            break


if __name__ == "__main__":
    main()
