"""Which language model answers: what administrators saved, else what the environment says, else the built-in one."""

import base64
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chatbeside.assistant.builtin import Builtin
from chatbeside.assistant.interfaces import Provider, ProviderError
from chatbeside.assistant.openai_provider import OpenAIOptions, OpenAIProvider
from chatbeside.assistant.speech import Speech, SpeechOptions
from chatbeside.domain.audit import AuditKind
from chatbeside.domain.errors import InvalidInput, Unavailable
from chatbeside.services.audit import AuditLog
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

SUBJECT = "assistant"
MODEL_MOST = 200
URL_MOST = 500
KEY_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Choice:
    """What answers.

    ``provider`` is ``builtin`` or ``openai``, ``monthly_tokens`` what a person may use in a month (0: no limit),
    ``saved`` whether an administrator chose it (else it comes from the environment). ``hears`` and ``speaks`` are the
    models for calls with it, ``voice`` is the voice of the latter.
    """

    provider: str = "builtin"
    base_url: str = ""
    model: str = ""
    key: str = ""
    monthly_tokens: int = 0
    saved: bool = False
    hears: str = ""
    speaks: str = ""
    voice: str = "alloy"


class Setup:
    """Reads and saves the choice, and keeps the provider that goes with it."""

    def __init__(self, store: Store, settings: Settings, secret: bytes, audit: AuditLog) -> None:
        self._store = store
        self._settings = settings
        self._audit = audit
        derived = HKDF(hashes.SHA256(), 32, None, b"chatbeside assistant key").derive(secret)
        self._lock = Fernet(base64.urlsafe_b64encode(derived))
        self.builtin = Builtin()
        self._made: tuple[Choice, OpenAIProvider] | None = None
        self._old: list[OpenAIProvider | Speech] = []
        self._speech: Speech | None = None

    async def choice(self) -> Choice:
        """Return what holds now; another worker may have saved it."""
        saved = await self._store.config.get(SUBJECT)
        if not saved:
            return self._from_environment()
        return Choice(
            provider=str(saved.get("provider", "builtin")),
            base_url=str(saved.get("base_url", "")),
            model=str(saved.get("model", "")),
            key=self._open(str(saved.get("key", ""))),
            monthly_tokens=int(saved.get("monthly_tokens", 0)),
            saved=True,
            hears=str(saved.get("hears", "")),
            speaks=str(saved.get("speaks", "")),
            voice=str(saved.get("voice", "alloy")),
        )

    async def speech(self) -> Speech | None:
        """Return what hears and speaks in calls, ``None`` where there is no such model."""
        choice = await self.choice()
        if choice.provider != "openai" or not (choice.hears and choice.speaks):
            return None
        options = SpeechOptions(choice.key, choice.base_url, choice.hears, choice.speaks, choice.voice)
        if self._speech is None or self._speech.options != options:
            if self._speech is not None:
                self._old.append(self._speech)
            self._speech = Speech(options)
        return self._speech

    async def provider(self) -> tuple[Provider, Choice]:
        """Return the provider that answers now."""
        choice = await self.choice()
        return self._provider(choice), choice

    async def save(self, principal: Principal, changes: dict[str, Any]) -> Choice:
        """Save what an administrator chose. A key that is not given stays; an empty one is taken away.

        Raises:
            NotAllowed: The asker is no administrator.
            InvalidInput: ``fields`` says what is wrong, by the names of the public interface.
        """
        check_administrator(principal)
        before = await self.choice()
        values: dict[str, Any] = {
            "provider": changes.get("provider", before.provider),
            "base_url": str(changes.get("base_url", before.base_url)).strip().rstrip("/"),
            "model": str(changes.get("model", before.model)).strip(),
            "monthly_tokens": changes.get("monthly_tokens", before.monthly_tokens),
            "hears": str(changes.get("hears", before.hears)).strip(),
            "speaks": str(changes.get("speaks", before.speaks)).strip(),
            "voice": str(changes.get("voice", before.voice)).strip() or "alloy",
        }
        key = changes.get("key")
        key = before.key if key is None else str(key).strip()
        _check(values, key)
        values["key"] = self._lock.encrypt(key.encode()).decode() if key else ""
        await self._store.config.put(SUBJECT, values)
        await self._audit.record(
            AuditKind.SETTINGS_CHANGED, actor=principal.user.id, settings=SUBJECT, provider=str(values["provider"])
        )
        return await self.choice()

    async def test(self, principal: Principal) -> str:
        """Ask the language model for a word and say what came.

        Raises:
            NotAllowed: The asker is no administrator.
            Unavailable: It does not work; the message says why.
        """
        check_administrator(principal)
        choice = await self.choice()
        if choice.provider != "openai":
            return await self.builtin.check()
        # One try, so that the button answers soon.
        provider = OpenAIProvider(OpenAIOptions(choice.key, choice.base_url, choice.model, first_wait=20, tries=1))
        try:
            return await provider.check()
        except ProviderError as error:
            raise Unavailable(f"{error.words} ({error.detail})") from error
        finally:
            await provider.close()

    async def close(self) -> None:
        """Give back connections."""
        for open_ in [*self._old, self._made[1] if self._made else None, self._speech]:
            if open_ is not None:
                await open_.close()
        self._old, self._made, self._speech = [], None, None
        await self.builtin.close()

    def _provider(self, choice: Choice) -> Provider:
        if choice.provider != "openai":
            return self.builtin
        if self._made is None or self._made[0] != choice:
            if self._made:
                # Answers may still come over its connections; they are few and end with the process.
                self._old.append(self._made[1])
            options = OpenAIOptions(choice.key, choice.base_url, choice.model, most=self._settings.max_content)
            self._made = (choice, OpenAIProvider(options))
        return self._made[1]

    def _from_environment(self) -> Choice:
        settings = self._settings
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
        if not key and not settings.openai_base_url:
            return Choice()
        return Choice(
            "openai",
            settings.openai_base_url or "",
            settings.openai_model,
            key,
            hears=settings.openai_hears,
            speaks=settings.openai_speaks,
            voice=settings.openai_voice,
        )

    def _open(self, locked: str) -> str:
        try:
            return self._lock.decrypt(locked).decode() if locked else ""
        except InvalidToken:
            # The secret of this installation was replaced: the key has to be given again.
            return ""


def _check(values: dict[str, Any], key: str) -> None:
    problems = {}
    if values["provider"] not in {"builtin", "openai"}:
        problems["provider"] = "Choose builtin or openai."
    limit = values["monthly_tokens"]
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= 10**12:
        problems["monthlyTokens"] = "Use a whole number from 0 (no limit) on."
    url = values["base_url"]
    if url and (not url.startswith(("http://", "https://")) or len(url) > URL_MOST or any(c.isspace() for c in url)):
        problems["baseUrl"] = "Use an address that begins with http:// or https://."
    if len(key) > KEY_MOST or not key.isascii() or any(c.isspace() for c in key):
        problems["key"] = "This does not look like a key: it has spaces or other signs that keys do not have."
    if values["provider"] == "openai":
        if not values["model"] or len(values["model"]) > MODEL_MOST:
            problems["model"] = "Give the model's name at the provider."
        if not url and not key:
            problems["key"] = "OpenAI needs a key. For a service of your own give its address."
    problems |= _check_speech(values)
    if problems:
        raise InvalidInput("Check what is marked.", fields=problems)


def _check_speech(values: dict[str, Any]) -> dict[str, str]:
    problems = {}
    for field, name in (("hears", "transcriptionModel"), ("speaks", "speechModel"), ("voice", "voice")):
        if len(values[field]) > MODEL_MOST:
            problems[name] = "This name is too long."
    if bool(values["hears"]) is not bool(values["speaks"]):
        problems["speechModel" if values["hears"] else "transcriptionModel"] = "Calls need both models, or none."
    return problems
