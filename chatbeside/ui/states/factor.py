"""Setting up the second step of a log-in."""

from typing import Annotated, Any

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, TooMany
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler

SECRET_FIELD = "factor-secret"  # noqa: S105 no password
CODES_FIELD = "factor-codes"
_AS_TYPED = Annotated[str, StringConstraints(max_length=1000)]
Form = dict[str, _AS_TYPED]


class FactorState(rx.State):
    """What the section shows.

    The secret and the recovery codes go straight into fields of the page, and the picture is a file of its own: none
    of them is ever kept in the state. ``stage`` is empty, ``app`` (scan and confirm) or ``codes`` (keep them);
    ``tries`` makes the picture's address a new one.
    """

    on: bool = False
    codes_left: int = 0
    stage: str = ""
    tries: int = 0
    errors: dict[str, str] = {}
    trouble: str = ""
    said: str = ""

    @handler
    @guard.signed_in
    async def arrive(self, principal: Principal) -> None:
        """Show how it stands."""
        self._clear()
        self.stage = ""
        await self._look(principal)

    @handler
    @guard.signed_in
    async def begin(self, principal: Principal, form: Form) -> Any:
        """Make a secret, and show it once."""
        self._clear()
        made = await runtime.current().factors.begin(principal, form.get("factor_password", ""))
        self.stage = "app"
        self.tries += 1
        return rx.set_value(SECRET_FIELD, made.secret)

    @handler
    @guard.signed_in
    async def confirm(self, principal: Principal, form: Form) -> Any:
        """Turn it on by a code of the app, and show the recovery codes once."""
        self._clear()
        codes = await runtime.current().factors.confirm(principal, form.get("factor_code", ""))
        return await self._show(principal, codes)

    @handler
    @guard.signed_in
    async def renew(self, principal: Principal, form: Form) -> Any:
        """Make new recovery codes, and show them once."""
        self._clear()
        given = form.get("factor_password", ""), form.get("renew_code", "")
        codes = await runtime.current().factors.renew_codes(principal, *given)
        return await self._show(principal, codes)

    @handler
    @guard.signed_in
    async def turn_off(self, principal: Principal, form: Form) -> None:
        """Ask for no code any more."""
        self._clear()
        given = form.get("factor_password", ""), form.get("off_code", "")
        await runtime.current().factors.turn_off(principal, *given)
        self.said = "The second step is off."
        await self._look(principal)

    @handler
    @guard.signed_in
    async def close(self, principal: Principal) -> Any:
        """Put away what was shown."""
        self._clear()
        self.stage = ""
        await self._look(principal)
        return [rx.set_value(SECRET_FIELD, ""), rx.set_value(CODES_FIELD, "")]

    async def _show(self, principal: Principal, codes: list[str]) -> Any:
        self.stage = "codes"
        await self._look(principal)
        return [rx.set_value(SECRET_FIELD, ""), rx.set_value(CODES_FIELD, "\n".join(codes))]

    async def _look(self, principal: Principal) -> None:
        found = await runtime.current().factors.state(principal.user.id)
        self.on, self.codes_left = found.on, found.codes_left

    def _clear(self) -> None:
        self.errors, self.trouble, self.said = {}, "", ""

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if isinstance(error, TooMany):
            self.trouble = f"Too many wrong tries. Try again in {max(1, round(error.retry_after))} seconds."
        elif not error.fields:
            self.trouble = error.message
