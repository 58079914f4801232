"""Settings: where one is logged in, and ending that."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.icons import icon
from chatbeside.ui.states.sessions import DeviceView, SessionsState


@rx.memo
def device_row(device: rx.Var[DeviceView]) -> rx.Component:
    """A device, when it was last here, and the button that logs it out."""
    out = rx.el.button(
        "Log out",
        type="button",
        class_name="btn sec",
        on_click=SessionsState.end(device.id),
        custom_attrs={"aria-label": "Log out " + device.name},
    )
    return rx.el.li(
        icon(device.sign),
        rx.el.span(
            rx.el.b(rx.el.bdi(device.name), rx.cond(device.this, rx.el.span("This one", class_name="here"))),
            rx.el.em(device.seen + ", " + device.since),
        ),
        rx.cond(device.this, rx.fragment(), out),
    )


def device_settings() -> rx.Component:
    """Return the section: the devices, the others at once, and logging out here."""
    rows = rx.foreach(SessionsState.devices, lambda device: rx.fragment(device_row(device=device), key=device.id))
    others = rx.el.div(
        rx.el.span(
            rx.el.b("Log out everywhere else"),
            rx.el.em("Is one of these not yours? Do this, then change your password."),
        ),
        rx.el.button("Log out the others", type="button", class_name="btn sec", on_click=SessionsState.end_others),
        class_name="line",
    )
    here = rx.el.div(
        rx.el.span(
            rx.el.b("Log out on this device"),
            rx.el.em("Unsent messages and drafts of this browser are forgotten."),
        ),
        rx.el.button(icon("log-out"), "Log out", type="button", class_name="btn danger", on_click=live.log_out()),
        class_name="line",
    )
    return rx.el.section(
        trouble(SessionsState.trouble),
        rx.el.ul(rows, class_name="devices", custom_attrs={"aria-label": "Devices"}),
        rx.el.p(SessionsState.said, role="status", class_name="said"),
        rx.cond(SessionsState.devices.length() > 1, others),
        here,
        on_mount=SessionsState.arrive,
    )
