"""Where the content of files is kept: a folder or MongoDB, behind one interface."""

from pathlib import Path

from chatbeside.settings import Settings
from chatbeside.store.blobs.folder import FolderBlobs
from chatbeside.store.blobs.gridfs import GridBlobs
from chatbeside.store.blobs.incoming import Arriving, Incoming
from chatbeside.store.blobs.interfaces import PIECE, Blobs, NoRoom, NoSuchBlob
from chatbeside.store.interfaces import StoreUnavailable

__all__ = ["PIECE", "Arriving", "Blobs", "Incoming", "NoRoom", "NoSuchBlob", "blobs_at", "make_blobs", "make_incoming"]

FOLDER = "files"
"""Name of the folder in the data folder."""


def make_blobs(settings: Settings) -> Blobs:
    """Return the place that the settings name, not opened yet."""
    uri = settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else None
    if settings.files == "gridfs" and uri is None:
        raise StoreUnavailable("CHATBESIDE_FILES is gridfs, but there is no MONGODB_URI.")
    return blobs_at(None if settings.files == "folder" else uri, settings.data)


def blobs_at(uri: str | None, data: Path) -> Blobs:
    """Return GridFS at a MongoDB URI, or without one the folder in ``data``."""
    return GridBlobs(uri) if uri else FolderBlobs(data / FOLDER / "kept")


def make_incoming(settings: Settings) -> Incoming:
    """Return the place of temporary files."""
    return Incoming(settings.data / FOLDER / "arriving")
