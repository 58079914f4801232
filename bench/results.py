"""``bench/results.md``: every bench writes its own section and leaves those of the others alone."""

import re
from pathlib import Path

RESULTS = Path(__file__).parent / "results.md"


def write_section(title: str, text: str, path: Path = RESULTS) -> None:
    """Put ``text`` under the heading ``title``, in place of what stands there; a new section comes last."""
    before = path.read_text(encoding="utf-8") if path.exists() else "# Bench\n"
    section = f"## {title}\n\n{text.strip()}\n"
    found = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if found.search(before):
        after = found.sub(lambda _: section + "\n", before, count=1)
    else:
        after = f"{before.rstrip()}\n\n{section}"
    path.write_text(after.rstrip() + "\n", encoding="utf-8")


def write_head(text: str, path: Path = RESULTS) -> None:
    """Put ``text``, which begins with the title, in place of all that stands before the first section."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = re.search(r"^## .*", before, re.MULTILINE | re.DOTALL)
    path.write_text(text.rstrip() + "\n" + (f"\n{sections[0]}" if sections else ""), encoding="utf-8")
