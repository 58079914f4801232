"""Deleting one's own account."""

from typing import Annotated, Any

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, TooMany
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import LOGIN_PAGE, handler

_AS_TYPED = Annotated[str, StringConstraints(max_length=1000)]
Form = dict[str, _AS_TYPED | None]
"""A field that is not on the page comes as ``None``: the code, where there is no second step."""


class LeavingState(rx.State):
    """What the form shows."""

    errors: dict[str, str] = {}
    trouble: str = ""

    @handler
    @guard.signed_in
    async def delete(self, principal: Principal, form: Form) -> Any:
        """Delete the account, and go to the door."""
        self.errors, self.trouble = {}, ""
        await runtime.current().leaving.delete(
            principal,
            form.get("leave_password") or "",
            code=form.get("leave_code") or "",
            messages=form.get("leave_messages") == "on",
        )
        return rx.redirect(f"{LOGIN_PAGE}?ended=closed")

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if isinstance(error, TooMany):
            self.trouble = f"Too many wrong tries. Try again in {max(1, round(error.retry_after))} seconds."
        elif not error.fields:
            self.trouble = error.message
