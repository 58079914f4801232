"""The list of what people expect has every point, and what it names is there."""

import re
from pathlib import PurePosixPath

from tests.e2e.product import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "ux-checklist.md").read_text("utf-8").splitlines()
    if re.match(r"\| \d", line)
]


def test_every_point_is_there() -> None:
    points = {int(re.match(r"\d+", row[0])[0]) for row in ROWS}  # type: ignore[index]
    assert points >= set(range(1, 43))


def test_what_is_named_is_there() -> None:
    for _, *cells in ROWS:
        for cell in cells:
            folder = PurePosixPath()
            named = re.findall(r"`([\w./-]+\.(?:py|js|mjs|css))`", cell)
            assert named, cell
            for name in named:
                path = PurePosixPath(name)
                folder = path.parent if len(path.parts) > 1 else folder
                assert (ROOT / folder / path.name).is_file(), f"{folder / path.name}: {cell}"
