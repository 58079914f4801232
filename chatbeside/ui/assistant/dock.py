"""What the assistant has around the text field: the list of commands, and a word about the last one."""

import reflex as rx

from chatbeside.ui.assistant import values
from chatbeside.ui.assistant.shapes import Item
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon


def _item(item: rx.Var[Item]) -> rx.Component:
    return rx.el.button(
        rx.el.b("/" + item.name),
        rx.el.span(item.summary),
        rx.el.code(item.usage),
        type="button",
        role="option",
        class_name=rx.cond(item.chosen, "on", ""),
        tab_index=-1,
        on_click=values.pick(item.name),
        custom_attrs={"aria-selected": rx.cond(item.chosen, "true", "false")},
    )


def command_list() -> rx.Component:
    """Return the list of commands that fit what is typed; nothing while none does."""
    found = values.completion()
    return rx.fragment(
        values.keys(),
        rx.cond(
            found.open,
            rx.el.div(
                rx.foreach(found.options, _item),
                class_name="cmds",
                role="listbox",
                custom_attrs={"aria-label": "Commands"},
            ),
        ),
        rx.el.p(
            rx.cond(found.open, "Command /" + found.chosen + ", Tab to take it", ""),
            class_name="hide",
            role="status",
        ),
    )


def command_notice() -> rx.Component:
    """Return what there is to say about the last command, with a way to its answer."""
    notice = values.notice()
    return rx.cond(
        notice.text,
        rx.el.div(
            rx.el.span(notice.text),
            rx.cond(notice.href, link("See the answer", to=notice.href, class_name="tb")),
            rx.el.button(
                icon("x"),
                type="button",
                class_name="ib",
                on_click=values.dismiss_notice(),
                custom_attrs={"aria-label": "Close"},
            ),
            class_name="cmd-n",
            role="status",
        ),
    )


def status_section() -> rx.Component:
    """Return the part of the details that says who answers here, and lets those who may switch it off."""
    status = values.status()
    toggle = rx.cond(
        status.on,
        rx.el.button("Switch off here", type="button", class_name="btn sec", on_click=values.switch(on=False)),
        rx.el.button("Switch on here", type="button", class_name="btn sec", on_click=values.switch(on=True)),
    )
    return rx.cond(
        status.known & status.member,
        rx.el.section(
            rx.el.h3("Assistant"),
            rx.el.p(status.line),
            rx.cond(status.used, rx.el.p(status.used)),
            rx.cond(status.manages, toggle),
            class_name="ast",
        ),
    )


def status_line() -> rx.Component:
    """Return the words for the header of the assistant's conversation: who answers, and whether text leaves."""
    status = values.status()
    return rx.cond(status.known & status.member, rx.el.span("Assistant. ", status.line), rx.el.span("Assistant"))
