"""The second step of a log-in: a code of an authenticator app (TOTP, RFC 6238), or a recovery code.

The secret that the app and the server share is kept encrypted with a key made from the installation's own secret, and
recovery codes as hashes, so a copy of the database passes no second step. A code counts once: the time step of the
last one is kept, and neither it nor an earlier one is taken again, whichever process is asked.
"""

import base64
import hashlib
import io
import secrets
from dataclasses import dataclass, replace

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound
from chatbeside.domain.ids import is_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.proofs import SecondFactor
from chatbeside.services.audit import AuditLog
from chatbeside.services.limits import Limits
from chatbeside.services.own_account import OwnAccount
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.services.secrets import derived_key
from chatbeside.store.interfaces import Store

STEP = 30
"""Seconds that a code is shown."""
LEEWAY = 1
"""Steps before and after the present one whose codes count too: clocks differ, and people type slowly."""
CODES = 10
"""Recovery codes in a set."""
_CODE_BYTES = 5
_CODE_MOST = 40
_DIGITS = 6
_ISSUER = "chatbeside"
_WRONG = "This code is not right. Use the one that the app shows now."


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an app needs once: the secret as text, and the address that a QR code of it holds (``otpauth:``)."""

    secret: str
    address: str

    def picture(self) -> str:
        """Return the QR code as SVG that needs nothing else, dark on white."""
        out = io.BytesIO()
        # The colours are fixed, for cameras want dark on light in a dark page too.
        segno.make(self.address, error="m", micro=False).save(
            out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, nl=False
        )
        return out.getvalue().decode()


@dataclass(frozen=True, slots=True)
class FactorState:
    """How it stands: ``on`` when a log-in asks for a code, and how many recovery codes are left."""

    on: bool
    codes_left: int


class SecondFactors:
    """Authenticator apps: beginning, confirming, checking, ending."""

    def __init__(
        self, *, store: Store, own_account: OwnAccount, clock: Clock, audit: AuditLog, limits: Limits, secret: bytes
    ) -> None:
        self._store = store
        self._own_account = own_account
        self._clock = clock
        self._audit = audit
        self._lock = Fernet(base64.urlsafe_b64encode(derived_key(secret, b"chatbeside second factor")))
        self._pepper = derived_key(secret, b"chatbeside recovery codes")
        self._limits = limits

    async def state(self, user_id: str) -> FactorState:
        """Return how it stands for a person."""
        factor = await self._store.factors.get(user_id)
        on = factor is not None and factor.confirmed_at is not None
        return FactorState(on, len(factor.codes) if factor and on else 0)

    async def begin(self, principal: Principal, password: str) -> Beginning:
        """Make a secret for an app. It counts from :meth:`confirm` on; beginning again makes another.

        Raises:
            InvalidInput: The password is another one.
            Conflict: It is on already.
        """
        user = principal.user
        await self._own_account.confirm(principal, password)
        if (await self.state(user.id)).on:
            raise Conflict("It is on already. Turn it off first to use another app.")
        secret = pyotp.random_base32()
        locked = self._lock.encrypt(secret.encode()).decode()
        await self._store.factors.put(SecondFactor(user.id, locked, self._clock()))
        return self._beginning(user.username, secret)

    async def beginning(self, principal: Principal) -> Beginning:
        """Return what :meth:`begin` made, while it is not confirmed. Raises :class:`NotFound`."""
        factor = await self._store.factors.get(principal.user.id)
        if factor is None or factor.confirmed_at:
            raise NotFound("There is nothing to set up.")
        return self._beginning(principal.user.username, self._open(factor))

    async def confirm(self, principal: Principal, code: str) -> list[str]:
        """Turn it on, by a code of the app.

        Returns:
            Recovery codes, which are shown this once.

        Raises:
            InvalidInput: The code is wrong.
            Conflict: Nothing was begun, or it is on already.
            TooMany: There were too many wrong codes.
        """
        user_id = principal.user.id
        factor = await self._store.factors.get(user_id)
        if factor is None or factor.confirmed_at:
            raise Conflict("Set it up from the beginning: no app waits for its first code.")
        await self._limits.take(LimitName.CODE, user_id)
        step = self._step(factor, code)
        if step is None:
            raise InvalidInput(_WRONG, fields={"code": _WRONG})
        codes = _new_codes()
        done = replace(
            factor,
            confirmed_at=self._clock(),
            last_step=step,
            codes=tuple(self._hashed(each) for each in codes),
            version=factor.version + 1,
        )
        if not await self._store.factors.replace(done):
            raise Conflict("It was changed elsewhere just now. Begin anew.")
        await self._limits.give_back(LimitName.CODE, user_id)
        await self._audit.record(AuditKind.SECOND_FACTOR_ON, actor=user_id, subject=user_id)
        return codes

    async def check(self, user_id: str, code: str) -> bool:
        """Return whether a code passes the second step, and use it up.

        Args:
            user_id: Who logs in.
            code: Six digits of the app, or a recovery code.

        Raises:
            TooMany: There were too many wrong codes.
        """
        await self._limits.take(LimitName.CODE, user_id)
        factor = await self._store.factors.get(user_id)
        if factor is None or factor.confirmed_at is None or not await self._use(factor, code):
            await self._audit.record(AuditKind.SECOND_FACTOR_FAILED, subject=user_id)
            return False
        await self._limits.give_back(LimitName.CODE, user_id)
        return True

    async def prove(self, user_id: str, code: str) -> None:
        """Use up a code before something that cannot be undone; nothing happens while the second step is off.

        Raises:
            InvalidInput: ``fields["code"]``: the code is wrong or was used before.
            TooMany: There were too many wrong codes.
        """
        if (await self.state(user_id)).on and not await self.check(user_id, code):
            words = "This code is not right, or was used already."
            raise InvalidInput(words, fields={"code": words})

    async def renew_codes(self, principal: Principal, password: str, code: str) -> list[str]:
        """Make new recovery codes in place of those that are left, and return them.

        Raises:
            InvalidInput: The password or the code is not right.
            Conflict: It is off.
            TooMany: There were too many wrong tries.
        """
        user_id = principal.user.id
        await self._own_account.confirm(principal, password)
        await self.prove(user_id, code)
        factor = await self._store.factors.get(user_id)
        codes = _new_codes()
        hashed = tuple(self._hashed(each) for each in codes)
        if factor is None or factor.confirmed_at is None:
            raise Conflict("Turn the second step on first.")
        if not await self._store.factors.replace(replace(factor, codes=hashed, version=factor.version + 1)):
            raise Conflict("It was changed elsewhere just now. Try again.")
        await self._audit.record(AuditKind.RECOVERY_CODES_MADE, actor=user_id, subject=user_id)
        return codes

    async def turn_off(self, principal: Principal, password: str, code: str) -> None:
        """Ask for no code any more; this once it is asked for, so that the password alone does not reach.

        Raises:
            InvalidInput: The password or the code is not right.
            TooMany: There were too many wrong tries.
        """
        await self._own_account.confirm(principal, password)
        await self.prove(principal.user.id, code)
        await self._remove(principal.user.id, by=principal)

    async def turn_off_for(self, principal: Principal, user_id: str) -> None:
        """Turn it off for somebody who lost app and recovery codes, as an administrator.

        Raises:
            NotAllowed: The asker is no administrator.
            NotFound: There is nobody with this id, or it is off.
        """
        check_administrator(principal)
        if not is_id(user_id) or not await self._remove(user_id, by=principal):
            raise NotFound("There is nothing to turn off for this person.")

    async def forget(self, user_id: str) -> None:
        """Forget what is kept of an account that is no more."""
        await self._store.factors.remove(user_id)

    async def _remove(self, user_id: str, *, by: Principal) -> bool:
        on = (await self.state(user_id)).on
        removed = await self._store.factors.remove(user_id)
        if removed and on:
            await self._audit.record(AuditKind.SECOND_FACTOR_OFF, actor=by.user.id, subject=user_id)
        return removed and on

    async def _use(self, factor: SecondFactor, code: str) -> bool:
        step = self._step(factor, code)
        if step is not None:
            return await self._store.factors.replace(replace(factor, last_step=step, version=factor.version + 1))
        hashed = self._hashed(code)
        if hashed not in factor.codes:
            return False
        left = tuple(each for each in factor.codes if each != hashed)
        used = await self._store.factors.replace(replace(factor, codes=left, version=factor.version + 1))
        if used:
            me = factor.user_id
            await self._audit.record(AuditKind.RECOVERY_CODE_USED, actor=me, subject=me, left=len(left))
        return used

    def _step(self, factor: SecondFactor, code: str) -> int | None:
        """Return the time step that a code of the app belongs to, if it is right and was not used."""
        typed = "".join(code[:_CODE_MOST].split())
        if len(typed) != _DIGITS or not (typed.isascii() and typed.isdecimal()):
            return None
        now = int(self._clock().timestamp()) // STEP
        # A step that lies ahead was used before the clock was set back: it says nothing of the codes of now.
        used = factor.last_step if factor.last_step <= now + LEEWAY else 0
        totp = pyotp.TOTP(self._open(factor), interval=STEP)
        for step in range(now - LEEWAY, now + LEEWAY + 1):
            if step > used and secrets.compare_digest(totp.generate_otp(step), typed):
                return step
        return None

    def _open(self, factor: SecondFactor) -> str:
        try:
            return self._lock.decrypt(factor.secret).decode()
        except InvalidToken as error:
            # The secret of this installation was replaced: no code can be right any more.
            raise Conflict("Ask an administrator to turn the second step off: its secret cannot be read.") from error

    def _beginning(self, username: str, secret: str) -> Beginning:
        return Beginning(secret, pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=username, issuer_name=_ISSUER))

    def _hashed(self, code: str) -> str:
        typed = "".join(char for char in code[:_CODE_MOST].lower() if char.isalnum())
        return hashlib.blake2b(typed.encode(), key=self._pepper, digest_size=16).hexdigest()


def _new_codes() -> list[str]:
    """Return recovery codes of 40 random bits each, such as ``k3tz-9qpm``."""
    texts = (base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(CODES))
    return [f"{text[:4]}-{text[4:]}" for text in texts]
