"""Writes the table of settings into README.md, from ``chatbeside/settings.py``.

Run from the clone: ``.venv/bin/python scripts/settings_table.py``. A test fails when the two differ.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chatbeside.settings import Settings  # noqa: E402

README = ROOT / "README.md"
BEGIN = "<!-- settings: made by scripts/settings_table.py -->"
END = "<!-- end of settings -->"


def table() -> str:
    """The table in Markdown, one row a setting, in the order of the source."""
    rows = ["| variable | default | what it is |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        default = "" if field.default in {None, ""} else f"`{field.default}`"
        rows.append(f"| `{field.alias}` | {default} | {field.description} |")
    return "\n".join(rows)


def with_table(readme: str) -> str:
    """The given README with the table between its two marks replaced."""
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
