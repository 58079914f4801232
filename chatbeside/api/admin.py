"""What administrators see and do; others get 403."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body, Parameters
from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import iso
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.limits import DEFAULTS
from chatbeside.domain.models import User
from chatbeside.domain.moderation import Report, ReportAction
from chatbeside.domain.wire import UserWire, user_to_wire
from chatbeside.services import guard

routes = router(prefix="/api/admin", tag="administration")


class LimitRow(TypedDict):
    """A limit in force; ``amount`` and ``seconds`` are ``null`` where there is none."""

    name: str
    words: str
    amount: int | None
    seconds: int | None


class OverviewAnswer(TypedDict):
    """The server as a whole."""

    version: str
    parts: dict[str, str]
    users: int
    sessions: int
    rooms: int
    messages: int
    files: int
    fileBytes: int
    databaseBytes: int | None
    limits: list[LimitRow]


class AdminUser(UserWire):
    """An account as administrators see it."""

    email: str | None
    administrator: bool
    createdAt: str  # noqa: N815 - as it is on the wire
    deactivatedAt: str | None  # noqa: N815 - as it is on the wire


class AdminUsersAnswer(TypedDict):
    """Accounts by name."""

    users: list[AdminUser]


class AdminUserAnswer(TypedDict):
    """One account."""

    user: AdminUser


class AdminRoom(TypedDict):
    """A group room from outside."""

    room: str
    name: str
    public: bool
    createdAt: str
    archivedAt: str | None
    memberCount: int
    messageCount: int


class AdminRoomsAnswer(TypedDict):
    """Group rooms by name."""

    rooms: list[AdminRoom]


class AuditRow(TypedDict):
    """An entry of the audit log."""

    id: str
    at: str
    kind: str
    actor: str | None
    subject: str | None
    room: str | None
    address: str
    agent: str
    data: dict[str, object]


class AuditAnswer(TypedDict):
    """Entries, the newest first."""

    entries: list[AuditRow]


class ReportRow(TypedDict):
    """A report, with a copy of the message as the reporter saw it."""

    id: str
    at: str
    reporter: str
    subject: str
    reason: str
    words: str
    room: str | None
    message: str | None
    copy: str
    files: list[str]
    closedAt: str | None
    closedBy: str | None
    action: str | None
    note: str


class ReportsAnswer(TypedDict):
    """Reports, the newest first."""

    reports: list[ReportRow]


class ReportRowAnswer(TypedDict):
    """One report."""

    report: ReportRow


class AdminUsersQuery(Parameters):
    """Which accounts."""

    query: str = Field("", description="The beginning of a name, in any case.")
    limit: int = Field(50, description="The most accounts to return, 1 to 100.")
    after: str = Field("", description="The name of the last one of the page before.")


class AdminRoomsQuery(Parameters):
    """Which rooms."""

    limit: int = Field(50, description="The most rooms to return, 1 to 100.")
    after: str = Field("", description="The name of the last one of the page before.")
    after_id: str = Field("", alias="afterId", description="The id of that one.")


class AuditQuery(Parameters):
    """Which entries."""

    kind: str | None = Field(None, description="Only of this kind.")
    person: str | None = Field(None, description="Only what this user id did or had done to it.")
    before: str | None = Field(None, description="The id of the last one of the page before.")
    limit: int = Field(50, description="The most entries to return, 1 to 200.")


class ReportsQuery(Parameters):
    """Which reports."""

    open: bool = Field(True, description="Those that wait, or those that were dealt with.")
    before: str | None = Field(None, description="The id of the last one of the page before.")
    limit: int = Field(50, description="The most reports to return, 1 to 100.")


class AccountChange(Body):
    """What is left out stays as it is."""

    active: bool | None = Field(None, description="Whether it can be used.")
    administrator: bool | None = Field(None, description="Whether it administers the server.")


class Decision(Body):
    """What to do about a report."""

    action: str = Field(description=f"One of {', '.join(ReportAction)}.")
    note: str = Field("", description="For other administrators, at most 1000 characters.")


@routes.get("/overview", responses=errors(403))
@guard.signed_in
async def overview(api: Api, asker: Asker) -> OverviewAnswer:
    """Return version, parts, how much there is and which limits are in force."""
    found = await api.administration.overview(asker)
    measures = found.measures
    limits: list[LimitRow] = [
        {
            "name": name.value,
            "words": DEFAULTS[name].words,
            "amount": rate.amount if rate else None,
            "seconds": rate.seconds if rate else None,
        }
        for name, rate in api.limits.table.items()
    ]
    return {
        "version": found.version,
        "parts": found.parts,
        "users": measures.users,
        "sessions": measures.sessions,
        "rooms": measures.rooms,
        "messages": measures.messages,
        "files": measures.files,
        "fileBytes": measures.file_bytes,
        "databaseBytes": measures.database_bytes,
        "limits": limits,
    }


@routes.get("/users", responses=errors(403))
@guard.signed_in
async def users(api: Api, asker: Asker, query: Annotated[AdminUsersQuery, Query()]) -> AdminUsersAnswer:
    """Return accounts whose name begins with ``query``, deactivated ones too."""
    found = await api.administration.users(asker, query.query, limit=query.limit, after=query.after)
    return {"users": [_user(user) for user in found]}


@routes.patch("/users/{user}", responses=errors(403, 404, 409))
@guard.signed_in
async def change_user(api: Api, asker: Asker, user: str, body: AccountChange) -> AdminUserAnswer:
    """Deactivate an account or reactivate it, make it an administrator's or not. One administrator always remains."""
    if body.active is None and body.administrator is None:
        raise InvalidInput("Say what to change.", fields={"active": "Give active or administrator."})
    found = None
    if body.active is not None:
        found = await api.administration.set_active(asker, user, active=body.active)
    if body.administrator is not None:
        found = await api.administration.set_administrator(asker, user, on=body.administrator)
    assert found is not None  # noqa: S101 one of the two was given
    return {"user": _user(found)}


@routes.delete("/users/{user}/sessions", status_code=204, responses=errors(403, 404))
@guard.signed_in
async def sign_out(api: Api, asker: Asker, user: str) -> None:
    """Log an account out everywhere."""
    await api.administration.sign_out(asker, user)


@routes.get("/rooms", responses=errors(403))
@guard.signed_in
async def rooms(api: Api, asker: Asker, query: Annotated[AdminRoomsQuery, Query()]) -> AdminRoomsAnswer:
    """Return group rooms with their sizes; nothing of what is said in them."""
    found = await api.administration.rooms(asker, limit=query.limit, after=query.after, after_id=query.after_id)
    rows: list[AdminRoom] = [
        {
            "room": each.room.id,
            "name": each.room.name,
            "public": each.room.public,
            "createdAt": iso(each.room.created_at),
            "archivedAt": iso(each.room.archived_at) if each.room.archived_at else None,
            "memberCount": each.members,
            "messageCount": each.messages,
        }
        for each in found
    ]
    return {"rooms": rows}


@routes.get("/audit", responses=errors(403))
@guard.signed_in
async def audit(api: Api, asker: Asker, query: Annotated[AuditQuery, Query()]) -> AuditAnswer:
    """Return entries of the audit log, the newest first."""
    try:
        kind = AuditKind(query.kind) if query.kind is not None else None
    except ValueError:
        raise InvalidInput("Check the kind.", fields={"kind": "There is no such kind of entry."}) from None
    found = await api.audit.page(asker, kind=kind, person=query.person, before=query.before, limit=query.limit)
    entries: list[AuditRow] = [
        {
            "id": each.id,
            "at": iso(each.at),
            "kind": each.kind.value,
            "actor": each.actor_id,
            "subject": each.subject_id,
            "room": each.room_id,
            "address": each.address,
            "agent": each.agent,
            "data": dict(each.data),
        }
        for each in found
    ]
    return {"entries": entries}


@routes.get("/reports", responses=errors(403))
@guard.signed_in
async def reports(api: Api, asker: Asker, query: Annotated[ReportsQuery, Query()]) -> ReportsAnswer:
    """Return what people have reported, the newest first."""
    found = await api.reports.page(asker, open=query.open, before=query.before, limit=query.limit)
    return {"reports": [_report(each.report) for each in found]}


@routes.post("/reports/{report}", responses=errors(403, 404, 409))
@guard.signed_in
async def decide(api: Api, asker: Asker, report: str, body: Decision) -> ReportRowAnswer:
    """Deal with a report: dismiss it, remove the message, or deactivate the account."""
    try:
        action = ReportAction(body.action)
    except ValueError:
        raise InvalidInput("Check the action.", fields={"action": f"Use one of {', '.join(ReportAction)}."}) from None
    return {"report": _report(await api.reports.close(asker, report, action, body.note))}


def _user(user: User) -> AdminUser:
    return {
        **user_to_wire(user),
        "email": user.email,
        "administrator": user.administrator,
        "createdAt": iso(user.created_at),
        "deactivatedAt": iso(user.deactivated_at) if user.deactivated_at else None,
    }


def _report(report: Report) -> ReportRow:
    return {
        "id": report.id,
        "at": iso(report.created_at),
        "reporter": report.reporter_id,
        "subject": report.subject_id,
        "reason": report.reason.value,
        "words": report.words,
        "room": report.room_id,
        "message": report.message_id,
        "copy": report.copy,
        "files": list(report.files),
        "closedAt": iso(report.closed_at) if report.closed_at else None,
        "closedBy": report.closed_by,
        "action": report.action,
        "note": report.note,
    }
