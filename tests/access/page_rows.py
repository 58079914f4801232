"""Who gets through with which handler. **Whoever adds a handler adds its rows here**, or ``test_pages.py`` fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access.scene import NAME, TOPIC
from tests.conftest import PASSWORD

SIGNED_IN = "XRSMAO"
EVERYBODY = f"N{SIGNED_IN}"


@dataclass(frozen=True)
class Row:
    """One way to call a handler.

    Args:
        handler: State and method.
        through: Letters of :data:`scene.ASKERS` that get through.
        arguments: What it is called with; ``{field}`` is a field of the scene.
        address: The page that the asker is at.
        holds: Words that the page has afterwards for those in the room who get through.
        tells: Letters outside to whom the page may show them: they were invited.
        vain: Letters that get a friendly answer to which nothing happens.
        first: A handler of the same state that is called before.
    """

    handler: str
    through: str
    arguments: list[Any] = field(default_factory=list)
    address: str = "/"
    holds: tuple[str, ...] = ()
    tells: str = ""
    vain: str = ""
    first: str = ""

    def __str__(self) -> str:
        return f"{self.handler} {self.arguments or self.address}"


def _form(**values: str) -> list[Mapping[str, str]]:
    return [values]


_INVITED = "/join?code={invite}"

ROWS = [
    Row("PeopleState.search", SIGNED_IN, ["canaryn"]),
    Row("PeopleState.search", SIGNED_IN, ["a"]),
    Row("PeopleState.open", SIGNED_IN, ["{user}"]),
    Row("PeopleState.open", "", ["{room}"]),
    Row("PeopleState.join", "MAO", ["{room}"]),
    Row("PeopleState.open_notes", SIGNED_IN),
    Row("AssistantState.arrive", SIGNED_IN),
    Row("AssistantState.save", "S", _form(monthly_tokens="5", name="Beside")),
    Row("AssistantState.forget_key", "S"),
    Row("AssistantState.test", "S"),
    Row("AccountState.save_name", SIGNED_IN, _form(display_name="Other")),
    Row("AccountState.save_email", "", _form(email="nowhere", email_password=PASSWORD)),
    Row("AccountState.change_password", SIGNED_IN, _form(present=PASSWORD, password=f"other {PASSWORD}")),
    Row("FactorState.arrive", SIGNED_IN),
    Row("FactorState.begin", SIGNED_IN, _form(factor_password=PASSWORD)),
    # Nobody here has one, so there is nothing to confirm and to renew.
    Row("FactorState.confirm", "", _form(factor_code="000000")),
    Row("FactorState.renew", "", _form(factor_password=PASSWORD)),
    Row("FactorState.turn_off", SIGNED_IN, _form(factor_password=PASSWORD)),
    Row("FactorState.close", SIGNED_IN),
    Row("LeavingState.delete", "XRMAO", _form(leave_password=PASSWORD)),
    Row("ResetState.arrive", EVERYBODY),
    Row("ResetState.ask", "", _form(email="a@example.org")),  # this server sends no mail
    Row("ResetState.look", EVERYBODY, address="/reset?code=x"),
    Row("ResetState.redeem", EVERYBODY, _form(password=f"other {PASSWORD}"), address="/reset?code=x"),
    Row("AdminState.arrive", SIGNED_IN, tells="S"),  # for others it shows that the page is not theirs
    Row("AdminState.find", "S", _form(query="a")),
    Row("AdminState.more_people", "S"),
    Row("AdminState.set_active", "S", ["{user}", False]),
    Row("AdminState.set_administrator", "S", ["{user}", True]),
    Row("AdminState.sign_out", "S", ["{user}"]),
    Row("AdminState.reset_link", "S", ["{user}"]),
    Row("AdminState.factor_off", "", ["{user}"], tells="S"),  # nobody in the scene has a second factor
    Row("AdminState.more_places", "S", tells="S"),
    Row("AdminState.filter_audit", "S", _form(kind="", person=""), tells="S"),
    Row("AdminState.more_audit", "S", tells="S"),
    Row("AdminState.decide", "", ["{message}", "dismiss"]),
    Row("ReportState.begin", SIGNED_IN, ["", "{user}", "x"]),
    Row("ReportState.send", "", _form(reason="spam")),
    Row("ReportState.block", ""),
    Row("ReportState.unblock", SIGNED_IN),
    Row("BlockedState.arrive", SIGNED_IN),
    Row("BlockedState.unblock", SIGNED_IN, ["{user}"]),
    Row("SessionsState.arrive", SIGNED_IN),
    Row("SessionsState.end", "M", ["{session}"], vain="XRSAO"),
    Row("SessionsState.end_others", SIGNED_IN),
    Row("NewRoomState.prepare", SIGNED_IN),
    Row("NewRoomState.search", SIGNED_IN, ["a"]),
    Row("NewRoomState.choose", SIGNED_IN, ["{user}"]),
    Row("NewRoomState.choose", "", ["{room}"]),
    Row("NewRoomState.let_go", SIGNED_IN, ["{user}"]),
    Row("NewRoomState.create", SIGNED_IN, _form(new_name="a new one")),
    Row("BrowseState.search", SIGNED_IN, ["canaryn"]),
    Row("BrowseState.search", SIGNED_IN, [""]),
    Row("BrowseState.further", SIGNED_IN),
    Row("BrowseState.join", "MAO", ["{room}"]),
    Row("RoomState.clear", SIGNED_IN),
    Row("RoomState.update", "AO", _form(edit_room="{room}", edit_name="other", edit_topic="other")),
    Row("RoomState.update", "O", _form(edit_room="{room}", edit_name=NAME, edit_topic=TOPIC, edit_kind="public")),
    Row("RoomState.update", "", _form(edit_room="{direct}", edit_name="other")),
    Row("RoomState.archive", "O", ["{room}", True]),
    Row("RoomState.leave", "MA", ["{room}"]),
    Row("RoomState.set_pinned", "MAO", ["{room}", True]),
    Row("RoomState.set_muted", "MAO", ["{room}", True]),
    Row("RoomState.set_notify", "MAO", ["{room}", "none"]),
    Row("RoomState.set_notify", "MA", ["{direct}", "none"]),
    Row("MembersState.look", "MAO", ["{room}"], holds=("author",)),
    Row("MembersState.look", "MA", ["{direct}"]),
    Row("MembersState.further", "MAO", ["{room}"], holds=("author",)),
    Row("MembersState.choose", SIGNED_IN, ["{user}"]),
    Row("MembersState.ask", SIGNED_IN, ["remove"]),
    Row("MembersState.set_role", "O", ["{room}", "{other}", "admin"]),
    Row("MembersState.set_role", "O", ["{room}", "{other}", "owner"]),
    Row("MembersState.remove", "AO", ["{room}", "{other}"]),
    Row("MembersState.search", SIGNED_IN, ["a"]),
    Row("MembersState.add", "AO", ["{room}", "{outside}"]),
    Row("InvitesState.look", "AO", ["{room}"], holds=("{invite}",)),
    Row("InvitesState.make", "AO", _form(invite_room="{room}", invite_days="1", invite_uses="1")),
    Row("InvitesState.revoke", "AO", ["{room}", "{invite}"]),
    Row("InvitesState.begin", SIGNED_IN),
    # The code itself is what lets somebody see where it leads.
    Row("JoinState.arrive", EVERYBODY, address=_INVITED, tells="NXRS"),
    Row("JoinState.arrive", "", address="/join?code={room}"),
    Row("JoinState.accept", SIGNED_IN, address="/join?code={used}", first="arrive", tells="NXRS"),
    Row("JoinState.accept", "", address="/join?code={room}", first="arrive"),
    Row("DoorState.arrive", EVERYBODY, address="/signup?next=/join%3Fcode%3D{invite}", tells="N"),
    Row("DoorState.arrive", EVERYBODY, address="/signup?next=/join%3Fcode%3D{room}"),
    Row("DoorState.sign_up", EVERYBODY, _form(username="newcomer", email="n@example.org", password=PASSWORD)),
    Row("DoorState.log_in", EVERYBODY, _form(username="outside", password=PASSWORD)),
    Row("DoorState.log_in_code", "", _form(code="x")),
    Row("DoorState.start_over", EVERYBODY),
    Row("DoorState.ticket_refused", EVERYBODY, [""]),
]
