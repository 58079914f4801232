"""Writes the tables of settings into README.md and docs/settings.md, from ``chatbeside/settings.py``.

Run from the clone: ``.venv/bin/python scripts/settings_table.py``. A test fails when they differ.
"""

import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chatbeside.settings import Settings  # noqa: E402

BEGIN = "<!-- settings: made by scripts/settings_table.py -->"
END = "<!-- end of settings -->"
FIRST = (
    "PORT",
    "CHATBESIDE_HOST",
    "CHATBESIDE_URL",
    "CHATBESIDE_DATA",
    "MONGODB_URI",
    "REDIS_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "TURN_URL",
    "TURN_SECRET",
    "SMTP_URL",
)
"""What most people set, for the README."""
PAGES = {ROOT / "README.md": FIRST, ROOT / "docs" / "settings.md": None}
"""Each file with the settings that it lists; ``None`` stands for all."""


def table(names: Collection[str] | None = None) -> str:
    """The table in Markdown, one row a setting, in the order of the source."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        if names is None or field.alias in names:
            default = "" if field.default in {None, ""} else f"`{field.default}`"
            rows.append(f"| `{field.alias}` | {default} | {field.description} |")
    return "\n".join(rows)


def with_table(text: str, names: Collection[str] | None) -> str:
    """The given text with the table between its two marks replaced."""
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{table(names)}\n{END}{tail}"


if __name__ == "__main__":
    for page, names in PAGES.items():
        page.write_text(with_table(page.read_text(encoding="utf-8"), names), encoding="utf-8")
