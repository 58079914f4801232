"""Settings: what there is to set."""

import reflex as rx

from chatbeside.ui.components.account_settings import password_settings, profile_settings
from chatbeside.ui.components.assistant_settings import assistant_settings
from chatbeside.ui.components.blocked_settings import blocked_settings
from chatbeside.ui.components.device_settings import device_settings
from chatbeside.ui.components.factor_settings import factor_settings
from chatbeside.ui.components.leaving_settings import leaving_settings
from chatbeside.ui.components.links import link
from chatbeside.ui.components.notification_settings import notification_settings
from chatbeside.ui.components.parts_page import part_link, parts_page
from chatbeside.ui.components.theme_choice import theme_cards
from chatbeside.ui.components.toasts import toasts
from chatbeside.ui.pages.devices import DEVICES_PAGE, LINK_WORDS
from chatbeside.ui.states.assistant import AssistantState

_SECTIONS = (
    ("profile", "Profile", "user"),
    ("appearance", "Appearance", "palette"),
    ("notifications", "Notifications", "bell"),
    ("calls", "Calls", "phone"),
    ("password", "Password and address", "lock-keyhole"),
    ("second-step", "Second step", "shield"),
    ("devices", "Devices", "laptop"),
    ("blocked", "Blocked people", "shield"),
    ("data", "Your data", "download"),
)


def _calls() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(
                rx.el.b("Microphone, camera, speaker and network"),
                rx.el.em("Hear and see yourself before others do, and learn what stands in the way."),
            ),
            link(LINK_WORDS, to=DEVICES_PAGE, class_name="btn sec"),
            class_name="line",
        )
    )


def settings() -> rx.Component:
    """Return the page: a list of its parts beside the parts."""
    return parts_page(
        "Settings",
        [
            *(part_link(name, part, sign) for part, name, sign in _SECTIONS),
            rx.cond(AssistantState.ready, part_link("Assistant", "assistant", "shield")),
        ],
        rx.el.h2("Profile", id="profile"),
        profile_settings(),
        rx.el.h2("Appearance", id="appearance"),
        rx.el.section(theme_cards()),
        rx.el.h2("Notifications", id="notifications"),
        notification_settings(),
        rx.el.h2("Calls", id="calls"),
        _calls(),
        assistant_settings(),
        rx.el.h2("Password and address", id="password"),
        password_settings(),
        rx.el.h2("Second step", id="second-step"),
        factor_settings(),
        rx.el.h2("Devices", id="devices"),
        device_settings(),
        rx.el.h2("Blocked people", id="blocked"),
        blocked_settings(),
        rx.el.h2("Your data", id="data"),
        leaving_settings(),
        toasts(),
    )
