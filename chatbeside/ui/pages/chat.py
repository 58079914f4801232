"""The chat: list, conversation, details."""

import reflex as rx

from chatbeside.ui import islands, live
from chatbeside.ui.calls import call_bar, call_layer
from chatbeside.ui.components.attachments import drop_overlay, picture_viewer
from chatbeside.ui.components.composer import composer
from chatbeside.ui.components.details import details
from chatbeside.ui.components.find_people import FIND_DIALOG, find_people_dialog
from chatbeside.ui.components.hello import first_run, missing_room, nothing_chosen
from chatbeside.ui.components.list_pane import list_pane
from chatbeside.ui.components.message_tools import message_dialogs
from chatbeside.ui.components.offline_bar import offline_bar
from chatbeside.ui.components.room_dialogs import room_dialogs
from chatbeside.ui.components.search_pane import search_pane
from chatbeside.ui.components.shortcuts import KEYS_DIALOG, shortcuts_dialog
from chatbeside.ui.components.skeletons import timeline_skeleton
from chatbeside.ui.components.talk_header import DETAILS_BESIDE, DETAILS_OVER, talk_header
from chatbeside.ui.components.timeline import timeline
from chatbeside.ui.components.toasts import toasts
from chatbeside.ui.live.searching import SEARCH_PANE

_FIRST_RUN = 1  # conversations at most; the assistant's is there from the beginning


def _conversation() -> rx.Component:
    return rx.fragment(
        rx.el.section(
            offline_bar(),
            talk_header(),
            call_bar(),
            timeline(),
            composer(),
            drop_overlay(),
            class_name="talk",
            custom_attrs={"aria-label": live.room().name},
        ),
        details(),
    )


def _waiting() -> rx.Component:
    """What stands in the sheet until it is known which conversations there are."""
    return rx.el.section(
        offline_bar(),
        rx.el.header(class_name="talk-h"),
        rx.el.div(rx.el.div(timeline_skeleton(), class_name="col"), class_name="log"),
        class_name="talk",
        custom_attrs={"aria-label": "Loading", "aria-busy": "true"},
    )


def _sheet() -> rx.Component:
    room = live.room()
    empty = rx.cond(live.rooms().length() > _FIRST_RUN, nothing_chosen(), first_run())
    open_room = rx.cond(room.missing, missing_room(), rx.cond(room.name, _conversation(), _waiting()))
    return rx.el.main(
        rx.cond(live.choice(SEARCH_PANE), search_pane()),
        rx.cond(live.current_room(), open_room, rx.cond(live.rooms_ready(), empty, _waiting())),
        id="sheet",
        class_name="sheet",
        tab_index=-1,
        custom_attrs={
            "data-beside": rx.cond(
                room.name, rx.cond(live.choice(DETAILS_BESIDE) == "closed", "closed", "open"), "closed"
            ),
            "data-over": rx.cond(live.choice(DETAILS_OVER) == "open", "open", "closed"),
        },
    )


def chat() -> rx.Component:
    """Return the page. Everything in it comes from the live store, so it needs no state to show itself."""
    return rx.fragment(
        live.bridge(),
        islands.dialog_keys(find=FIND_DIALOG, keys=KEYS_DIALOG),
        rx.el.button("Skip to messages", type="button", class_name="skip", on_click=islands.focus_on("sheet")),
        rx.el.div(
            list_pane(),
            _sheet(),
            class_name="app",
            custom_attrs={"data-pane": rx.cond(live.current_room() | live.choice(SEARCH_PANE), "talk", "list")},
        ),
        find_people_dialog(),
        room_dialogs(),
        shortcuts_dialog(),
        message_dialogs(),
        picture_viewer(),
        toasts(),
        call_layer(),
        rx.el.div(live.announcement(), class_name="hide", role="status", custom_attrs={"aria-live": "polite"}),
    )
