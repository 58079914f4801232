"""The way back to a call from the pages beside the chat."""

import reflex as rx


class CallBack(rx.Component):
    """Says on the pages beside the chat that a call goes on, or rings, and leads back to it; else shows nothing."""

    library = "$/public/calls/back.js"
    tag = "CallBack"


call_back = CallBack.create
