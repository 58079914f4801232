"""All dialogs of rooms, placed once on the chat page."""

import reflex as rx

from chatbeside.ui.components.browse_rooms import browse_dialog
from chatbeside.ui.components.edit_room import edit_dialog, leave_dialog
from chatbeside.ui.components.invite_dialog import invite_dialog
from chatbeside.ui.components.member_dialog import member_dialog
from chatbeside.ui.components.new_room import new_room_dialog


def room_dialogs() -> rx.Component:
    """Return the dialogs, closed."""
    return rx.fragment(
        new_room_dialog(), browse_dialog(), invite_dialog(), member_dialog(), edit_dialog(), leave_dialog()
    )
