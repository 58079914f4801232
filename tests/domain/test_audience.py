"""Random memberships, histories and deletions: nothing narrower than the audience enters a prompt."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chatbeside.domain.audience import RoomReaders, admit, admits, readers_of
from chatbeside.domain.models import Message, MessageKind

PEOPLE = [f"p{n}" for n in range(5)]
BOTS = frozenset({"b0", "b1"})
ROOMS = [f"r{n}" for n in range(5)]
NOW = datetime(2026, 1, 1, tzinfo=UTC)

members = st.frozensets(st.sampled_from([*PEOPLE, *sorted(BOTS)]))
readers = st.builds(RoomReaders, members, st.booleans())
worlds = st.dictionaries(st.sampled_from(ROOMS), readers)


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*ROOMS, "unknown"]),
                st.sampled_from([*PEOPLE, *sorted(BOTS)]),
                st.sampled_from([*(kind.value for kind in MessageKind), "later"]),
                st.booleans(),
                st.booleans(),
            ),
            max_size=30,
        )
    )
    return [
        Message(
            id=f"m{n}",
            room_id=room,
            seq=n,
            rev=n,
            sender_id=sender,
            client_id=f"c{n}",
            kind=kind,
            content=f"text {n}",
            created_at=NOW,
            edited_at=NOW if edited else None,
            deleted_at=NOW if deleted else None,
        )
        for n, (room, sender, kind, deleted, edited) in enumerate(rows, 1)
    ]


def may_read(person: str, message: Message, rooms: dict[str, RoomReaders]) -> bool:
    """The rule told the other way round: what one person may read, one message at a time."""
    return message.room_id in rooms and person in rooms[message.room_id].members and message.deleted_at is None


@given(histories(), st.sampled_from([*ROOMS, "unknown"]), worlds)
def test_every_reader_of_the_place_may_read_all_that_enters(history, place, rooms):
    admitted = admit(history, place=place, rooms=rooms, bots=BOTS)
    for message in admitted:
        present = [person for person in rooms[place].members if person not in BOTS]
        assert present
        assert all(may_read(person, message, rooms) for person in present)
        assert message.deleted_at is None
        assert rooms[message.room_id].assistant
        assert rooms[place].assistant


@given(histories(), st.sampled_from(ROOMS), worlds)
def test_all_that_may_enter_does_enter_in_order(history, place, rooms):
    admitted = admit(history, place=place, rooms=rooms, bots=BOTS)
    here = rooms.get(place)
    if here is None or not here.assistant or not readers_of(here, BOTS):
        assert admitted == []
        return
    expected = [
        m
        for m in history
        if m.kind == "text"
        and all(may_read(p, m, rooms) for p in readers_of(here, BOTS))
        and rooms[m.room_id].assistant
    ]
    assert admitted == expected


@given(histories(), st.sampled_from(PEOPLE), worlds)
def test_direct_conversation_is_what_the_asker_may_read(history, asker, rooms):
    rooms = {**rooms, "direct": RoomReaders(frozenset({asker, "b0"}))}
    admitted = admit(history, place="direct", rooms=rooms, bots=BOTS)
    assert all(asker in rooms[m.room_id].members for m in admitted)


@given(histories(), st.sampled_from(ROOMS), worlds, st.sampled_from(PEOPLE))
def test_one_more_reader_never_widens(history, place, rooms, newcomer):
    before = admit(history, place=place, rooms=rooms, bots=BOTS)
    here = rooms.get(place)
    if here is None or not readers_of(here, BOTS):
        return
    wider = {**rooms, place: RoomReaders(here.members | {newcomer}, here.assistant)}
    after = admit(history, place=place, rooms=wider, bots=BOTS)
    assert {m.id for m in after if m.room_id != place} <= {m.id for m in before}


@given(histories(), worlds)
def test_a_place_nobody_reads_gets_nothing(history, rooms):
    rooms = {**rooms, "empty": RoomReaders(frozenset({"b0"}))}
    assert admit(history, place="empty", rooms=rooms, bots=BOTS) == []


@given(st.sampled_from([*ROOMS, "unknown"]), st.sampled_from([*ROOMS, "unknown"]), worlds)
def test_a_room_is_told_of_where_all_readers_are_members_and_both_allow_it(room, place, rooms):
    told = admits(room, place=place, rooms=rooms, bots=BOTS)
    if room not in rooms or place not in rooms:
        assert not told
        return
    present = [person for person in rooms[place].members if person not in BOTS]
    may = bool(present) and all(person in rooms[room].members for person in present)
    assert told == (may and rooms[room].assistant and rooms[place].assistant)
