"""The administrator's settings of the assistant."""

from typing import Annotated

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, InvalidInput
from chatbeside.services import guard, runtime
from chatbeside.services.assistant.setup import Choice
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler

_AS_TYPED = Annotated[str, StringConstraints(max_length=2000)]
Form = dict[str, _AS_TYPED]


class AssistantState(rx.State):
    """What the form shows. The key goes in and never comes back."""

    ready: bool = False
    name: str = ""
    provider: str = "builtin"
    base_url: str = ""
    model: str = ""
    has_key: bool = False
    monthly_tokens: int = 0
    hears: str = ""
    speaks: str = ""
    voice: str = ""
    saved: bool = False
    errors: dict[str, str] = {}
    said: str = ""
    went_wrong: bool = False

    @handler
    @guard.signed_in
    async def arrive(self, principal: Principal) -> None:
        """Show what holds now, to administrators."""
        self.errors, self.said, self.went_wrong = {}, "", False
        self.ready = principal.user.administrator and runtime.current().assistant.on
        if self.ready:
            self._show(await runtime.current().assistant.setup.choice())
            self.name = await runtime.current().assistant.name()

    @handler
    @guard.signed_in
    async def save(self, principal: Principal, form: Form) -> None:
        """Save the form. An empty key keeps the one there is."""
        self.errors, self.said, self.went_wrong = {}, "", False
        tokens = form.get("monthly_tokens", "").strip() or "0"
        if not tokens.isdecimal():
            raise InvalidInput("Check what is marked.", fields={"monthlyTokens": "Use a whole number, 0 for no limit."})
        changes = {
            "provider": form.get("provider", "builtin"),
            "base_url": form.get("base_url", ""),
            "model": form.get("model", ""),
            "key": form.get("key", "").strip() or None,
            "monthly_tokens": int(tokens),
            "hears": form.get("hears", ""),
            "speaks": form.get("speaks", ""),
            "voice": form.get("voice", ""),
        }
        assistant = runtime.current().assistant
        if " ".join(form.get("name", "").split()) != await assistant.name():
            self.name = await assistant.rename(principal, form.get("name", ""))
        self._show(await assistant.setup.save(principal, changes))
        self.said = "Saved."

    @handler
    @guard.signed_in
    async def forget_key(self, principal: Principal) -> None:
        """Throw the key away."""
        self.errors, self.said, self.went_wrong = {}, "", False
        self._show(await runtime.current().assistant.setup.save(principal, {"key": "", "provider": "builtin"}))
        self.said = "The key is gone, and the built-in assistant answers."

    @handler
    @guard.signed_in
    async def test(self, principal: Principal) -> None:
        """Ask the saved language model for a word and say what came."""
        self.errors, self.went_wrong = {}, False
        self.said = await runtime.current().assistant.test(principal)

    def _show(self, choice: Choice) -> None:
        self.provider, self.base_url, self.model = choice.provider, choice.base_url, choice.model
        self.hears, self.speaks, self.voice = choice.hears, choice.speaks, choice.voice
        self.has_key, self.monthly_tokens, self.saved = bool(choice.key), choice.monthly_tokens, choice.saved

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        self.said, self.went_wrong = error.message, True
