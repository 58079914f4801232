"""Pictures of people and rooms: where they are served, and which stored file is behind such an address."""

EDGE = 256
"""Pixels of a side; they are square."""
BYTES_MOST = 10 * 1024 * 1024
"""Of the picture that somebody chooses; what is kept of it is a few kilobytes."""

_VERSION = "?v="


def address(path: str, file_id: str) -> str:
    """Return the address of a picture; another picture has another address, so that browsers may keep it.

    Args:
        path: Where it is served, such as ``/api/rooms/ID/avatar``.
        file_id: The stored file.
    """
    return f"{path}{_VERSION}{file_id}"


def file_of(avatar: str | None) -> str:
    """Return the stored file behind the address of a picture; nothing when there is none."""
    return avatar.rpartition(_VERSION)[2] if avatar and _VERSION in avatar else ""


def by_invite(avatar: str | None, code: str) -> str | None:
    """Return the address under which somebody who only has an invite's code sees a room's picture."""
    file_id = file_of(avatar)
    return address(f"/api/invites/{code}/avatar", file_id) if file_id else None
