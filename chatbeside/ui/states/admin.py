"""The administrators' page. Every handler asks anew whether who calls it is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.clock import now
from chatbeside.domain.errors import ChatError, InvalidInput, NotAllowed
from chatbeside.domain.limits import DEFAULTS
from chatbeside.domain.models import User
from chatbeside.domain.moderation import ReportAction
from chatbeside.services import guard, runtime
from chatbeside.services.administration import RoomSize
from chatbeside.services.principal import Principal
from chatbeside.services.reports import Reported
from chatbeside.ui.ago import ago
from chatbeside.ui.states.base import handler

_Id = Annotated[str, StringConstraints(max_length=64)]
_AS_TYPED = Annotated[str, StringConstraints(max_length=4000)]
Form = dict[str, _AS_TYPED]
_PAGE = 25


@dataclass(frozen=True)
class AccountView:
    """An account."""

    id: str
    name: str
    username: str
    email: str
    picture: str
    since: str
    administrator: bool
    active: bool
    bot: bool
    me: bool


@dataclass(frozen=True)
class PlaceView:
    """A group room, from outside."""

    id: str
    name: str
    words: str


@dataclass(frozen=True)
class EntryView:
    """A line of the audit log."""

    id: str
    what: str
    who: str
    where: str


@dataclass(frozen=True)
class ReportView:
    """A report that waits."""

    id: str
    title: str
    words: str
    copy: str
    files: str
    of_message: bool


@dataclass(frozen=True)
class FactView:
    """A figure with its name."""

    name: str
    value: str


class AdminState(rx.State):
    """What the page shows, to administrators alone."""

    ready: bool = False
    refused: bool = False
    trouble: str = ""
    said: str = ""
    link: str = ""
    link_for: str = ""
    accounts: list[AccountView] = []
    more_accounts: bool = False
    rooms: list[PlaceView] = []
    more_rooms: bool = False
    reports: list[ReportView] = []
    entries: list[EntryView] = []
    more_entries: bool = False
    facts: list[FactView] = []
    parts: list[FactView] = []
    limits: list[FactView] = []
    _query: str = ""
    _kind: str = ""
    _person: str = ""

    @handler
    @guard.signed_in
    async def arrive(self, principal: Principal) -> None:
        """Show everything anew, to administrators."""
        self.trouble = self.said = self.link = self._query = self._kind = self._person = ""
        self.ready, self.refused = False, not principal.user.administrator
        self.accounts, self.rooms, self.reports, self.entries = [], [], [], []
        self.facts, self.parts, self.limits = [], [], []
        if self.refused:
            return
        await self._load_accounts(principal)
        await self._load_rooms(principal)
        await self._load_reports(principal)
        await self._load_entries(principal)
        await self._load_facts(principal)
        self.ready = True

    @handler
    @guard.signed_in
    async def find(self, principal: Principal, form: Form) -> None:
        """Look for accounts by the beginning of their names."""
        self._clear()
        self._query = form.get("query", "")[:64]
        await self._load_accounts(principal)

    @handler
    @guard.signed_in
    async def more_people(self, principal: Principal) -> None:
        """Show further accounts."""
        self._clear()
        await self._load_accounts(principal, after=self.accounts[-1].username if self.accounts else "")

    @handler
    @guard.signed_in
    async def set_active(self, principal: Principal, person: _Id, on: bool) -> None:
        """Deactivate an account, or let it be used again."""
        self._clear()
        user = await runtime.current().administration.set_active(principal, person, active=on)
        self._put(user, principal)
        self.said = f"{user.username} can log in again." if on else f"{user.username} is deactivated and logged out."

    @handler
    @guard.signed_in
    async def set_administrator(self, principal: Principal, person: _Id, on: bool) -> None:
        """Make somebody an administrator, or take that away."""
        self._clear()
        user = await runtime.current().administration.set_administrator(principal, person, on=on)
        self._put(user, principal)
        self.said = f"{user.username} is {'an administrator now' if on else 'no administrator any more'}."

    @handler
    @guard.signed_in
    async def sign_out(self, principal: Principal, person: _Id) -> None:
        """Log somebody out everywhere."""
        self._clear()
        count = await runtime.current().administration.sign_out(principal, person)
        self.said = "One device is logged out." if count == 1 else f"{count} devices are logged out."

    @handler
    @guard.signed_in
    async def reset_link(self, principal: Principal, person: _Id) -> None:
        """Make a link by which somebody chooses a new password."""
        self._clear()
        services = runtime.current()
        path, _ = await services.resets.make_link(principal, person)
        self.link = f"{(services.settings.public_url or '').rstrip('/')}{path}"
        self.link_for = next((each.name for each in self.accounts if each.id == person), "")

    @handler
    @guard.signed_in
    async def factor_off(self, principal: Principal, person: _Id) -> None:
        """Turn somebody's second factor off, when they have lost it."""
        self._clear()
        await runtime.current().factors.turn_off_for(principal, person)
        self.said = "The second step is off. They log in with their password alone until they turn it on again."

    @handler
    @guard.signed_in
    async def more_places(self, principal: Principal) -> None:
        """Show further rooms."""
        self._clear()
        last = self.rooms[-1] if self.rooms else None
        await self._load_rooms(principal, after=last.name if last else "", after_id=last.id if last else "")

    @handler
    @guard.signed_in
    async def filter_audit(self, principal: Principal, form: Form) -> None:
        """Show only some entries of the log."""
        self._clear()
        self._kind, name = form.get("kind", ""), form.get("person", "").strip()
        self._person = ""
        if name:
            found = await runtime.current().administration.users(principal, name, limit=1)
            if not found:
                raise InvalidInput("There is nobody whose name begins so.")
            self._person = found[0].id
        await self._load_entries(principal)

    @handler
    @guard.signed_in
    async def more_audit(self, principal: Principal) -> None:
        """Show older entries."""
        self._clear()
        await self._load_entries(principal, before=self.entries[-1].id if self.entries else None)

    @handler
    @guard.signed_in
    async def decide(self, principal: Principal, report: _Id, action: _Id) -> None:
        """Deal with a report."""
        self._clear()
        try:
            chosen = ReportAction(action)
        except ValueError:
            raise InvalidInput("Choose what to do.") from None
        await runtime.current().reports.close(principal, report, chosen)
        await self._load_reports(principal)
        self.said = _DONE[chosen]

    def _clear(self) -> None:
        self.trouble = self.said = self.link = self.link_for = ""

    def _put(self, user: User, principal: Principal) -> None:
        self.accounts = [_account(user, principal) if each.id == user.id else each for each in self.accounts]

    async def _load_accounts(self, principal: Principal, after: str = "") -> None:
        found = await runtime.current().administration.users(principal, self._query, limit=_PAGE, after=after)
        views = [_account(user, principal) for user in found]
        self.accounts = [*self.accounts, *views] if after else views
        self.more_accounts = len(found) == _PAGE

    async def _load_rooms(self, principal: Principal, after: str = "", after_id: str = "") -> None:
        found = await runtime.current().administration.rooms(principal, limit=_PAGE, after=after, after_id=after_id)
        views = [_place(each) for each in found]
        self.rooms = [*self.rooms, *views] if after_id else views
        self.more_rooms = len(found) == _PAGE

    async def _load_reports(self, principal: Principal) -> None:
        self.reports = [_report(each) for each in await runtime.current().reports.page(principal)]

    async def _load_entries(self, principal: Principal, before: str | None = None) -> None:
        services = runtime.current()
        kind = AuditKind(self._kind) if self._kind in set(AuditKind) else None
        found = await services.audit.page(principal, kind=kind, person=self._person or None, before=before, limit=_PAGE)
        people = await services.store.users.get_many(_people(found))
        rooms = await services.store.rooms.get_many({each.room_id for each in found if each.room_id})
        names = {each.id: each.username for each in people.values()} | {each.id: each.name for each in rooms.values()}
        views = [_entry(each, names) for each in found]
        self.entries = [*self.entries, *views] if before else views
        self.more_entries = len(found) == _PAGE

    async def _load_facts(self, principal: Principal) -> None:
        services = runtime.current()
        overview = await services.administration.overview(principal)
        measures = overview.measures
        self.facts = [
            FactView("Version", overview.version),
            FactView("People", f"{measures.users:,}"),
            FactView("Log-ins that hold", f"{measures.sessions:,}"),
            FactView("Rooms and conversations", f"{measures.rooms:,}"),
            FactView("Messages", f"{measures.messages:,}"),
            FactView("Files", f"{measures.files:,}, {_size(measures.file_bytes)}"),
            FactView("Database", "unknown" if measures.database_bytes is None else _size(measures.database_bytes)),
        ]
        self.parts = [FactView(name.capitalize(), value) for name, value in overview.parts.items()]
        self.limits = [
            FactView(DEFAULTS[name].words[0].upper() + DEFAULTS[name].words[1:], str(rate) if rate else "no limit")
            for name, rate in services.limits.table.items()
        ]

    def _refused(self, error: ChatError) -> None:
        self.trouble = error.message
        if isinstance(error, NotAllowed) and self.ready:
            self.ready, self.refused = False, True


_DONE = {
    ReportAction.DISMISS: "The report is dismissed.",
    ReportAction.REMOVE: "The message is removed.",
    ReportAction.DEACTIVATE: "The account is deactivated.",
}


def _account(user: User, principal: Principal) -> AccountView:
    return AccountView(
        id=user.id,
        name=user.display_name or user.username,
        username=user.username,
        email=user.email or "",
        picture=user.avatar or "",
        since=f"here since {user.created_at:%d %b %Y}",
        administrator=user.administrator,
        active=user.deactivated_at is None,
        bot=user.bot,
        me=user.id == principal.user.id,
    )


def _place(size: RoomSize) -> PlaceView:
    room = size.room
    kind = "archived" if room.archived_at else "public" if room.public else "private"
    people, messages = "person" if size.members == 1 else "people", "message" if size.messages == 1 else "messages"
    words = f"{kind}, {size.members:,} {people}, {size.messages:,} {messages}"
    return PlaceView(room.id, room.name, words)


def _report(each: Reported) -> ReportView:
    report = each.report
    reporter, subject = (who.username if who else "somebody" for who in (each.reporter, each.subject))
    what = "a message of " if report.message_id else ""
    return ReportView(
        id=report.id,
        title=f"{reporter} reports {what}{subject}: {report.reason.value}, {ago(report.created_at, now())}",
        words=report.words,
        copy=report.copy,
        files=", ".join(report.files),
        of_message=report.message_id is not None,
    )


def _people(entries: Iterable[AuditEntry]) -> set[str]:
    return {who for each in entries for who in (each.actor_id, each.subject_id) if who}


def _entry(entry: AuditEntry, names: dict[str, str]) -> EntryView:
    who = [names.get(entry.actor_id, "somebody") if entry.actor_id else "nobody known"]
    if entry.subject_id and entry.subject_id != entry.actor_id:
        who.append(f"to {names.get(entry.subject_id, 'an account that is gone')}")
    if entry.room_id:
        who.append(f"in {names.get(entry.room_id) or 'a conversation'}")
    data: dict[str, Any] = dict(entry.data)
    who += [f"{name}: {value}" for name, value in data.items()]
    where = [f"{entry.at:%Y-%m-%d %H:%M:%S} UTC", *filter(None, (entry.address, entry.agent))]
    return EntryView(entry.id, entry.kind.value.capitalize(), ", ".join(who), " · ".join(where))


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            break
        count /= 1024
    return f"{count:,.0f} {unit}" if unit in {"bytes", "kB"} else f"{count:,.1f} {unit}"
