"""Settings: whether this browser tells of new messages."""

import reflex as rx

from chatbeside.ui.live.notifying import notifications, turn_off_notifications, turn_on_notifications


def notification_settings() -> rx.Component:
    """Return how it stands, in words, and the button that turns notifications on or off."""
    now = notifications()
    turn_on = rx.el.button(
        "Turn on notifications", type="button", class_name="btn sec", on_click=turn_on_notifications()
    )
    turn_off = rx.el.button(
        "Turn off notifications", type="button", class_name="btn", on_click=turn_off_notifications()
    )
    return rx.el.section(
        rx.el.div(
            rx.el.span(
                rx.el.b("On this device"), rx.el.em(now.text, role="status", custom_attrs={"aria-live": "polite"})
            ),
            rx.cond(now.on, turn_off, rx.cond(now.can_turn_on, turn_on)),
            class_name="line",
        ),
        rx.el.div(
            rx.el.span(
                rx.el.b("What is told"),
                rx.el.em("Every conversation says in its details what it tells of: everything, mentions or nothing."),
            ),
            class_name="line",
        ),
    )
