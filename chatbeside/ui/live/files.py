"""Files in the page: uploads in the composer, and the parts by which files come in and pictures are seen."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action, hook_var
from chatbeside.ui.live.parts import PARTS

_HOOKS: Final = "$/public/live/filehooks.js"


@dataclass(frozen=True)
class UploadRow:
    """A file in the composer of the open room.

    ``state`` is ``waiting``, ``sending``, ``done`` or ``failed``; ``error`` says why, and ``again`` whether trying once
    more may help. ``preview`` is the address of a picture's preview, or empty. ``note`` is what to know first.
    """

    key: str
    name: str
    size_text: str
    preview: str
    percent: int
    state: str
    error: str
    again: bool
    note: str


@dataclass(frozen=True)
class UploadState:
    """How far one upload has come. ``state`` is empty when there is none (any more)."""

    state: str
    percent: int


class _FileInput(rx.Component):
    """The hidden field behind :func:`choose_files`."""

    library = PARTS
    tag = "LiveFileInput"


class _DropZone(rx.Component):
    """Shows its children over the conversation while files are dragged over the page, and takes them."""

    library = PARTS
    tag = "LiveDropZone"
    _memoization_mode = MemoizationMode(recursive=False)


class _PictureViewer(rx.Component):
    """The dialog that :func:`show_picture` opens."""

    library = PARTS
    tag = "LivePictureViewer"


class _Voice(rx.Component):
    """The microphone button, and the bar while it records."""

    library = PARTS
    tag = "LiveVoice"

    label: Var[str]


file_input = _FileInput.create
drop_zone = _DropZone.create
picture_viewer = _PictureViewer.create
voice = _Voice.create


def uploads() -> Var[list[UploadRow]]:
    """Return the files in the composer of the open room."""
    return hook_var("useLiveUploads", list[UploadRow], module=_HOOKS)


def upload(key: Var[str]) -> Var[UploadState]:
    """Return how far the upload with this key has come."""
    return hook_var("useLiveUpload", UploadState, key, module=_HOOKS)


def choose_files() -> FunctionVar[Any]:
    """Open the browser's file dialog."""
    return action("liveChooseFiles", module=_HOOKS)


def cancel_upload(key: Var[str]) -> FunctionVar[Any]:
    """Stop an upload and take its file out of the composer."""
    return action("liveCancelUpload", key, module=_HOOKS)


def retry_upload(key: Var[str]) -> FunctionVar[Any]:
    """Try again to upload a file."""
    return action("liveRetryUpload", key, module=_HOOKS)


def show_picture(url: Var[str], name: Var[str], size: Var[str], download: Var[str]) -> FunctionVar[Any]:
    """Open a picture in the viewer."""
    return action("liveShowPicture", url, name, size, download, module=_HOOKS)
