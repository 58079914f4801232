"""Every icon that the pages name is in the sprite, and the sprite is part of the page."""

import pytest

from chatbeside.ui import icons


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(ValueError, match="no icon 'sparkle'"):
        icons.icon("sparkle")


def test_the_sprite_holds_every_icon_and_no_script() -> None:
    rendered = str(icons.sprite(True))
    assert len(icons.names()) > 40
    for name in icons.names():
        assert f"i-{name}" in rendered
    assert "<script" not in rendered


def test_an_icon_needs_nothing_from_the_network() -> None:
    rendered = str(icons.icon("wifi-off"))
    assert '"#i-wifi-off"' in rendered
    assert "icons.svg" not in rendered
