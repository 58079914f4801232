"""Settings: what there is to set."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.calls import call_back
from chatbeside.ui.components.account_settings import password_settings, profile_settings
from chatbeside.ui.components.assistant_settings import assistant_settings
from chatbeside.ui.components.blocked_settings import blocked_settings
from chatbeside.ui.components.device_settings import device_settings
from chatbeside.ui.components.factor_settings import factor_settings
from chatbeside.ui.components.leaving_settings import leaving_settings
from chatbeside.ui.components.links import link
from chatbeside.ui.components.notification_settings import notification_settings
from chatbeside.ui.components.theme_choice import theme_cards
from chatbeside.ui.icons import icon
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
    nav = [rx.el.a(icon(sign), name, href=f"#{part}", class_name="nav") for part, name, sign in _SECTIONS]
    nav.append(rx.cond(AssistantState.ready, rx.el.a(icon("shield"), "Assistant", href="#assistant", class_name="nav")))
    back = {"aria-label": "Back to conversations"}
    return rx.fragment(
        live.bridge(),
        call_back(),
        rx.el.div(
            rx.el.aside(
                rx.el.header(
                    link(icon("arrow-left"), to="/", class_name="ib", title="Back to conversations", custom_attrs=back),
                    rx.el.b("Settings", class_name="ttl"),
                    class_name="list-h",
                ),
                rx.el.nav(*nav, class_name="rows", custom_attrs={"aria-label": "Settings"}),
                class_name="list set-n",
            ),
            rx.el.main(
                rx.el.div(
                    rx.el.div(
                        rx.el.div(
                            rx.el.h1(
                                link(icon("arrow-left"), to="/", class_name="ib back", custom_attrs=back), "Profile"
                            ),
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
                            class_name="set",
                            id="profile",
                        ),
                        class_name="set-log",
                    ),
                    class_name="talk",
                ),
                class_name="sheet",
            ),
            class_name="app",
            custom_attrs={"data-pane": "talk"},
        ),
    )
