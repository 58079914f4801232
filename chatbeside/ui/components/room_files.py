"""The files of the open room, in its details."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon
from chatbeside.ui.live import hands
from chatbeside.ui.live.searching import open_files


@rx.memo
def file_row(f: rx.Var[hands.FileRow]) -> rx.Component:
    """A file: it leads to its message; beside it the button that saves it."""
    return rx.el.li(
        link(
            rx.el.span(
                rx.cond(f.thumbnail_url, rx.el.img(src=f.thumbnail_url, alt="", loading="lazy"), icon("file-text")),
                class_name="pv",
            ),
            rx.el.span(
                rx.el.b(rx.el.bdi(f.name), title=f.name),
                rx.el.span(rx.el.bdi(f.about), " · ", rx.el.time(f.time, date_time=f.iso, title=f.full_time)),
            ),
            to=f.href,
            on_click=hands.seek(f.message),
        ),
        rx.el.a(
            icon("download"),
            href=f.download_url,
            download=f.name,
            class_name="ib",
            title="Save",
            # The address is the server's own: the page's router has nothing there.
            custom_attrs={"aria-label": "Save " + f.name, "reloadDocument": True},
        ),
    )


def room_files() -> rx.Component:
    """Return the section, which is there when somebody has sent a file; the way to all of them is a search."""
    files = hands.room_files()
    everything = rx.el.button(
        icon("search"), "Search all files", type="button", class_name="tb", on_click=open_files(live.current_room())
    )
    return rx.cond(
        files.length() > 0,
        rx.el.section(
            rx.el.h3("Files"),
            rx.el.ul(rx.foreach(files, lambda f: rx.fragment(file_row(f=f), key=f.id)), class_name="sent-files"),
            everything,
            custom_attrs={"aria-label": "Files"},
        ),
    )
