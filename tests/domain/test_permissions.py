"""Every role and action, held against the table as a person would write it down."""

from itertools import product

import pytest

from chatbeside.domain.models import Role, RoomKind
from chatbeside.domain.permissions import ON_PEOPLE, OWN, Action, allowed

# For each action the lowest role that may do it in a group ("" for nobody), and whether a direct conversation has it.
WRITTEN_DOWN = {
    Action.READ: ("member", True),
    Action.SEND: ("member", True),
    Action.REACT: ("member", True),
    Action.LEAVE: ("member", False),
    Action.SET_OWN: ("member", True),
    Action.EDIT_MESSAGE: ("", False),
    Action.DELETE_MESSAGE: ("admin", False),
    Action.PIN_MESSAGE: ("admin", True),
    Action.MENTION_ROOM: ("admin", False),
    Action.RENAME: ("admin", False),
    Action.SET_TOPIC: ("admin", False),
    Action.SET_AVATAR: ("admin", False),
    Action.INVITE: ("admin", False),
    Action.ADD_MEMBER: ("admin", False),
    Action.REMOVE_MEMBER: ("admin", False),
    Action.SET_PUBLIC: ("owner", False),
    Action.SET_ROLE: ("owner", False),
    Action.HAND_OVER: ("owner", False),
    Action.ARCHIVE: ("owner", False),
}
IN_ARCHIVE = {"read", "leave", "set own", "remove member", "hand over", "archive"}
ORDER = [Role.MEMBER, Role.ADMIN, Role.OWNER]


def test_every_action_is_written_down() -> None:
    assert set(WRITTEN_DOWN) == set(Action)


@pytest.mark.parametrize(("role", "action", "archived"), list(product(Role, Action, (False, True))))
def test_in_a_group(role: Role, action: Action, archived: bool) -> None:
    lowest = WRITTEN_DOWN[action][0]
    may = bool(lowest) and ORDER.index(role) >= ORDER.index(Role(lowest))
    still = not archived or action in IN_ARCHIVE
    for target in (None, *Role):
        fits = action not in ON_PEOPLE or (target is not None and ORDER.index(target) < ORDER.index(role))
        assert allowed(role, action, archived=archived, target=target) is (may and still and fits)
    own = allowed(role, action, archived=archived, own=True, target=Role.MEMBER)
    assert own is (still and (action in OWN or allowed(role, action, archived=archived, target=Role.MEMBER)))


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_in_a_direct_conversation(role: Role, action: Action) -> None:
    may = WRITTEN_DOWN[action][1]
    assert allowed(role, action, kind=RoomKind.DIRECT, target=Role.MEMBER) is may
    assert allowed(role, action, kind=RoomKind.DIRECT, own=True, target=Role.MEMBER) is (may or action in OWN)


def test_nobody_edits_what_others_said() -> None:
    assert not any(allowed(role, Action.EDIT_MESSAGE, kind=kind) for role in Role for kind in RoomKind)


def test_equals_do_nothing_to_each_other() -> None:
    assert not any(allowed(role, action, target=role) for role in Role for action in ON_PEOPLE)
