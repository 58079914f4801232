"""Files: in the composer while they go up, in a message when they are there, and a picture seen large."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live import files

View = rx.Var[live.AttachmentView]


def attach_button() -> rx.Component:
    """Return the button that opens the browser's file dialog."""
    return rx.fragment(
        icon_button("paperclip", "Attach files", class_name="attach", on_click=files.choose_files()),
        files.file_input(),
    )


def voice_button() -> rx.Component:
    """Return the button that records a voice message. The microphone is asked for only then."""
    return files.voice(label="Record a voice message")


def drop_overlay() -> rx.Component:
    """Return what stands over the conversation while files are dragged over the page."""
    return files.drop_zone(
        rx.el.div(icon("paperclip"), rx.el.b("Drop to attach"), rx.el.span("Nothing is sent before you press Send"))
    )


def picture_viewer() -> rx.Component:
    """Return the dialog for a large picture; once on the page."""
    return files.picture_viewer()


def _chip_state(up: rx.Var[files.UploadRow]) -> rx.Component:
    return rx.match(
        up.state,
        ("failed", rx.el.span(up.error, class_name="bad", role="alert")),
        ("done", rx.el.span(up.size_text, rx.cond(up.note, rx.fragment(" · ", up.note)))),
        rx.el.span(up.size_text, " · ", up.percent, " %"),
    )


@rx.memo
def upload_chip(up: rx.Var[files.UploadRow]) -> rx.Component:
    """One file in the composer: what it is, how far it has come, and the ways to stop it or try again."""
    return rx.el.li(
        rx.el.span(
            rx.cond(up.preview, rx.el.img(src=up.preview, alt=""), icon("file-text")),
            class_name="pv",
        ),
        rx.el.span(rx.el.b(rx.el.bdi(up.name)), _chip_state(up), class_name="w"),
        rx.cond(
            (up.state == "failed") & up.again,
            icon_button("rotate-cw", "Try again", on_click=files.retry_upload(up.key)),
        ),
        icon_button(
            "x",
            "Remove this file",
            on_click=files.cancel_upload(up.key),
            custom_attrs={"aria-label": "Remove " + up.name},
        ),
        rx.cond(
            (up.state == "sending") | (up.state == "waiting"),
            rx.el.progress(value=up.percent, max=100, custom_attrs={"aria-label": "Upload of " + up.name}),
        ),
        class_name=rx.cond(up.state == "failed", "chip failed", "chip"),
    )


def upload_chips() -> rx.Component:
    """Return the files that stand in the composer of the open room."""
    ups = files.uploads()
    return rx.cond(
        ups.length() > 0,
        rx.el.ul(
            rx.foreach(ups, lambda up: rx.fragment(upload_chip(up=up), key=up.key)),
            class_name="chips",
            custom_attrs={"aria-label": "Files to send"},
        ),
    )


@rx.memo
def upload_progress(upload: rx.Var[str]) -> rx.Component:
    """How far a file of a message that waits to be sent has come."""
    up = files.upload(upload)
    return rx.cond(
        (up.state == "sending") | (up.state == "waiting"),
        rx.el.progress(value=up.percent, max=100, custom_attrs={"aria-label": "Upload"}),
    )


def _ratio(a: View) -> rx.Var[dict[str, float]]:
    """The form of the room that is kept: the attributes alone do not keep it in every browser."""
    return rx.Var.create({"aspectRatio": a.shown_width / a.shown_height})


def _picture(a: View) -> rx.Component:
    return rx.el.button(
        rx.el.img(
            src=a.thumbnail_url,
            alt=a.name,
            width=a.shown_width,
            height=a.shown_height,
            custom_attrs={"loading": "lazy", "decoding": "async", "style": _ratio(a)},
        ),
        type="button",
        class_name="pic",
        title=a.name,
        on_click=files.show_picture(a.url, a.name, a.size_text, a.download_url),
        custom_attrs={"aria-haspopup": "dialog"},
    )


def _film(a: View) -> rx.Component:
    return rx.el.video(
        src=a.url,
        controls=True,
        preload="metadata",
        width=a.shown_width,
        height=a.shown_height,
        class_name="film",
        custom_attrs={"aria-label": a.name, "playsInline": True, "style": _ratio(a)},
    )


def _sound(a: View) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(icon("audio-lines"), rx.el.b(rx.el.bdi(a.name)), rx.el.span(a.length_text)),
        rx.el.audio(src=a.url, controls=True, preload="metadata", custom_attrs={"aria-label": a.name}),
        class_name="sound",
    )


def _card(a: View) -> rx.Component:
    inside = rx.fragment(
        rx.el.span(icon("file-text"), class_name="pv"),
        rx.el.span(rx.el.b(rx.el.bdi(a.name)), " ", rx.el.span(a.size_text), class_name="w"),
    )
    return rx.cond(
        a.download_url,
        rx.el.a(
            rx.el.span("Save ", class_name="hide"),
            inside,
            icon("download"),
            href=a.download_url,
            download=a.name,
            class_name="card",
            # The address is the server's own: the page's router has nothing there.
            custom_attrs={"reloadDocument": True},
        ),
        rx.el.div(inside, class_name="card"),
    )


@rx.memo
def attachment(a: rx.Var[live.AttachmentView]) -> rx.Component:
    """One file of a message: a picture, a player, or a card to save it. Its room is kept before it is there."""
    return rx.el.li(
        rx.match(a.show, ("image", _picture(a)), ("video", _film(a)), ("audio", _sound(a)), _card(a)),
        rx.cond(a.unsent, upload_progress(upload=a.id)),
        class_name=rx.cond(a.show == "image", "shot ", "") + rx.cond(a.unsent, "unsent", ""),
    )


def attachments(m: rx.Var[live.MessageRow]) -> rx.Component:
    """Return the files of a message, or nothing."""
    return rx.cond(
        m.attachments.length() > 0,
        rx.el.ul(
            rx.foreach(m.attachments, lambda a: rx.fragment(attachment(a=a), key=a.id)),
            class_name="files",
            custom_attrs={"aria-label": "Files"},
        ),
    )
