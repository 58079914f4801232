"""Reports: what people find wrong, for administrators.

An administrator sees a copy of the reported message as the reporter saw it, and nothing else of a room that they
are not a member of.
"""

from dataclasses import dataclass

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound
from chatbeside.domain.ids import is_id, timed_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import MessageKind, User
from chatbeside.domain.moderation import WORDS_MOST, Report, ReportAction, ReportReason
from chatbeside.services.access import Access
from chatbeside.services.administration import Administration
from chatbeside.services.audit import AuditLog
from chatbeside.services.changes import Changes
from chatbeside.services.limits import Limits
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.store.interfaces import Store

PAGE_MOST = 100


@dataclass(frozen=True, slots=True)
class Reported:
    """A report with the people in it; ``None`` for an account that is gone."""

    report: Report
    reporter: User | None
    subject: User | None


class Reports:
    """Takes reports in and lets administrators deal with them."""

    def __init__(
        self,
        *,
        store: Store,
        access: Access,
        changes: Changes,
        administration: Administration,
        audit: AuditLog,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._changes = changes
        self._administration = administration
        self._audit = audit
        self._limits = limits
        self._clock = clock

    async def report(
        self,
        principal: Principal,
        *,
        reason: ReportReason,
        words: str = "",
        message_id: str | None = None,
        user_id: str | None = None,
    ) -> Report:
        """Tell the administrators of a message or a person.

        Args:
            principal: Who reports.
            reason: What is wrong.
            words: What they say about it, at most :data:`~chatbeside.domain.moderation.WORDS_MOST` characters.
            message_id: Which message; its text is copied. Or else
            user_id: which person.

        Raises:
            NotFound: There is no such message or person for the asker.
            InvalidInput: It is their own, a line of the server, or the words are too long.
            TooMany: The asker has reported very much.
        """
        words = words.strip()
        if len(words) > WORDS_MOST or "\0" in words:
            raise InvalidInput("Check your words.", fields={"words": f"Use at most {WORDS_MOST} characters."})
        if (message_id is None) == (user_id is None):
            raise InvalidInput("Give either a message or a person.", fields={"message": "Give message or user."})
        now = self._clock()
        if message_id is not None:
            _, message = await self._access.message(principal, message_id)
            if message.kind != MessageKind.TEXT or message.deleted_at:
                raise InvalidInput("This line cannot be reported.", fields={"message": "It has nothing in it."})
            report = Report(
                timed_id(now),
                principal.user.id,
                message.sender_id,
                reason,
                now,
                words,
                room_id=message.room_id,
                message_id=message.id,
                copy=message.content,
                files=tuple(each.name for each in message.attachments),
            )
        else:
            person = await self._store.users.get(user_id) if user_id and is_id(user_id) else None
            if person is None:
                raise NotFound("There is nobody with this id.")
            report = Report(timed_id(now), principal.user.id, person.id, reason, now, words)
        if report.subject_id == principal.user.id:
            raise InvalidInput("This is your own. You can delete it yourself.")
        await self._limits.take(LimitName.REPORTS, principal.user.id)
        await self._store.reports.add(report)
        await self._audit.record(
            AuditKind.REPORT_MADE, actor=principal.user.id, subject=report.subject_id, reason=reason.value
        )
        return report

    async def page(
        self,
        principal: Principal,
        *,
        open: bool = True,  # noqa: A002
        before: str | None = None,
        limit: int = 50,
    ) -> list[Reported]:
        """Return reports, the newest first, for administrators.

        Args:
            principal: Who asks.
            open: Those that wait, or those that were dealt with.
            before: Id of the last one of the page before.
            limit: The most to return, 1 to :data:`PAGE_MOST`.

        Raises:
            NotAllowed: The asker is no administrator.
            InvalidInput: The limit or the id is out of bounds.
        """
        check_administrator(principal)
        if not 1 <= limit <= PAGE_MOST or (before is not None and not is_id(before)):
            raise InvalidInput("Check the page.", fields={"limit": f"Use 1 to {PAGE_MOST}, and an id for before."})
        reports = await self._store.reports.page(open=open, before=before, limit=limit)
        people = await self._store.users.get_many(
            {who for each in reports for who in (each.reporter_id, each.subject_id)}
        )
        return [Reported(each, people.get(each.reporter_id), people.get(each.subject_id)) for each in reports]

    async def close(self, principal: Principal, report_id: str, action: ReportAction, note: str = "") -> Report:
        """Deal with a report.

        Args:
            principal: Who decides.
            report_id: Which.
            action: To dismiss it, to remove the message, or to deactivate the account that it is about.
            note: A note for other administrators.

        Raises:
            NotAllowed: The asker is no administrator, or the account may not be deactivated.
            NotFound: There is no such report.
            InvalidInput: There is no message to remove, or the note is too long.
            Conflict: Somebody else has dealt with it.
        """
        check_administrator(principal)
        note = note.strip()
        if len(note) > WORDS_MOST or "\0" in note:
            raise InvalidInput("Check the note.", fields={"note": f"Use at most {WORDS_MOST} characters."})
        report = await self._store.reports.get(report_id) if is_id(report_id) else None
        if report is None:
            raise NotFound("There is no such report.")
        if report.closed_at:
            raise Conflict("Somebody else has dealt with this report.")
        if action is ReportAction.REMOVE:
            if report.message_id is None:
                raise InvalidInput("There is no message to remove.", fields={"action": "Choose another."})
            if await self._changes.take_away(report.message_id):
                await self._audit.record(
                    AuditKind.MESSAGE_REMOVED, actor=principal.user.id, subject=report.subject_id, room=report.room_id
                )
        elif action is ReportAction.DEACTIVATE:
            await self._administration.set_active(principal, report.subject_id, active=False)
        closed = await self._store.reports.close(report.id, self._clock(), principal.user.id, action.value, note)
        if closed is None:
            raise Conflict("Somebody else has dealt with this report.")
        await self._audit.record(
            AuditKind.REPORT_CLOSED, actor=principal.user.id, subject=report.subject_id, action=action.value
        )
        return closed
