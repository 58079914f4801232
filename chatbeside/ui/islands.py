"""Small React components of ``assets/ui`` for what must happen in the browser at once, and how Python names them."""

from typing import Any, Literal

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.utils.imports import ImportVar
from reflex.vars import FunctionVar
from reflex.vars.base import Var, VarData
from reflex.vars.function import FunctionStringVar

_DIALOGS = "$/public/ui/dialogs.js"


class PasswordField(rx.Component):
    """A labelled password field that shows and hides, keeps what was typed and, on sign-up, measures it."""

    library = "$/public/ui/password.js"
    tag = "PasswordField"

    label: Var[str]
    name: Var[str]
    error: Var[str]
    help: Var[str]
    meter: Var[bool]
    auto_complete: Var[Literal["new-password", "current-password"]]


class Mosaic(rx.Component):
    """The wall of drawn pictures beside the sign-up form; decoration only."""

    library = "$/public/ui/mosaic.js"
    tag = "Mosaic"


class RovingGroup(rx.Component):
    """One tab stop for a group: arrow keys move among its children that carry ``data-rove``.

    ``as_`` is the element to be. With ``enter_first`` Enter in the group's field presses the first item.
    """

    library = "$/public/ui/roving.js"
    tag = "RovingGroup"
    _memoization_mode = MemoizationMode(recursive=False)

    as_: Var[str]
    enter_first: Var[bool]

    _rename_props = {"as_": "as"}


class DialogKeys(rx.Component):
    """Shows nothing. Ctrl or Cmd with K opens the dialog ``find``, a question mark the dialog ``keys``."""

    library = _DIALOGS
    tag = "DialogKeys"

    find: Var[str]
    keys: Var[str]


class CopyButton(rx.Component):
    """Copies ``path`` of this server as an address, or what the ``field`` with this id holds.

    It says ``done`` for a moment in place of ``label``.
    """

    library = "$/public/ui/copy.js"
    tag = "CopyButton"

    label: Var[str]
    done: Var[str]
    path: Var[str]
    field: Var[str]


class PictureChoice(rx.Component):
    """Buttons that choose, change and remove a picture, served and set at ``path``; ``what`` names whose it is."""

    library = "$/public/ui/picture.js"
    tag = "PictureChoice"

    path: Var[str]
    has: Var[bool]
    what: Var[str]


class RoomWatch(rx.Component):
    """Shows nothing. Calls ``on_change`` with the room's id at once and whenever the room has changed."""

    library = "$/public/ui/room.js"
    tag = "RoomWatch"

    room: Var[str]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class WholeAddress(rx.Component):
    """The whole address of ``path``, which is one of this server or an address already, as text."""

    library = "$/public/ui/copy.js"
    tag = "WholeAddress"

    path: Var[str]


class DialogCloser(rx.Component):
    """Shows nothing. Closes ``dialog`` whenever the number ``done`` changes."""

    library = "$/public/ui/room.js"
    tag = "DialogCloser"

    dialog: Var[str]
    done: Var[int]


class AskedDialog(rx.Component):
    """Shows nothing. Opens ``dialog`` when the address has ``show=what`` and calls ``on_open`` with the room's id."""

    library = "$/public/ui/room.js"
    tag = "AskedDialog"

    what: Var[str]
    dialog: Var[str]
    room: Var[str]
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]


copy_button = CopyButton.create
whole_address = WholeAddress.create
password_field = PasswordField.create
mosaic = Mosaic.create
roving_group = RovingGroup.create
dialog_keys = DialogKeys.create
picture_choice = PictureChoice.create
room_watch = RoomWatch.create
dialog_closer = DialogCloser.create
asked_dialog = AskedDialog.create


def _action(name: str, *args: Any) -> FunctionVar[Any]:
    function = FunctionStringVar.create(name, _var_data=VarData(imports={_DIALOGS: [ImportVar(tag=name)]}))
    return function.partial(*args)


def open_dialog(dialog_id: str) -> FunctionVar[Any]:
    """Open the native dialog with this id over the page; focus returns when it closes. For event triggers."""
    return _action("openDialog", dialog_id)


def close_dialog(dialog_id: str) -> FunctionVar[Any]:
    """Close the native dialog with this id. For event triggers."""
    return _action("closeDialog", dialog_id)


def focus_on(element_id: str) -> FunctionVar[Any]:
    """Move the focus to the element with this id. For event triggers."""
    return _action("focusOn", element_id)
