"""The dialog that lists public rooms."""

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.new_menu import BROWSE_DIALOG, open_new_room
from chatbeside.ui.components.search_dialog import TYPING_PAUSE, search_dialog
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon
from chatbeside.ui.states.rooms import BrowseState, Place


@rx.memo
def public_place(place: rx.Var[Place]) -> rx.Component:
    """A public room: what it is for, how many are there, and the way in."""
    return rx.el.div(
        avatar.room_tile(True, "s36", live.avatar_url("", place.picture)),
        rx.el.span(
            rx.el.b(rx.el.bdi(place.name)),
            rx.el.span(
                place.people, rx.cond(place.topic, rx.fragment(" · ", rx.el.bdi(place.topic))), class_name="mut"
            ),
        ),
        rx.el.button(
            rx.cond(place.joined, "Open", "Join"),
            type="button",
            class_name="btn sec",
            on_click=BrowseState.join(place.id),
            custom_attrs={"data-rove": "", "aria-label": rx.cond(place.joined, "Open ", "Join ") + place.name},
        ),
        class_name="place",
    )


def browse_dialog() -> rx.Component:
    """Return the dialog; the menu "New" opens it."""
    places = rx.fragment(
        rx.foreach(BrowseState.places, lambda place: rx.fragment(public_place(place=place), key=place.id)),
        rx.cond(
            BrowseState.more,
            rx.el.button("Show more", type="button", class_name="tb", on_click=BrowseState.further),
        ),
    )
    nothing = rx.cond(
        BrowseState.query,
        rx.el.p("No public room has a name that begins so.", class_name="say", role="status"),
        rx.el.div(
            rx.el.p("There are no public rooms yet. Make one: everybody here can find it.", role="status"),
            rx.el.button(
                icon("hash"),
                "New room",
                type="button",
                class_name="btn sec",
                on_click=[islands.close_dialog(BROWSE_DIALOG), *open_new_room()],
            ),
            class_name="say",
        ),
    )
    return search_dialog(
        BROWSE_DIALOG,
        "Public rooms",
        islands.dialog_closer(dialog=BROWSE_DIALOG, done=BrowseState.done),
        unanswered(),
        trouble(BrowseState.trouble),
        rx.cond(
            BrowseState.places.length() > 0,
            places,
            rx.cond(BrowseState.looked, nothing),
        ),
        field="Name of the room",
        placeholder="Find a public room",
        on_change=BrowseState.search.debounce(TYPING_PAUSE),
        enter_first=False,
    )
