"""Finding messages by their words: the same from every store, in every script, whatever is typed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Attachment, Message, MessageKind
from chatbeside.domain.search import Search
from chatbeside.domain.words import sought, words
from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from tests.contract.conftest import Place
from tests.contract.make import START, at, message

ROOM, OTHER = new_id(), new_id()


async def put(
    store: Store, content: str, *, room: str = ROOM, when: datetime = START, sender: str = "", **more: Any
) -> Message:
    stored, _ = await store.messages.append(replace(message(room, sender, content, **more), created_at=when))
    return stored


async def find(
    store: Store,
    query: str,
    *,
    rooms: tuple[str, ...] = (ROOM,),
    before: Message | None = None,
    limit: int = 99,
    **filters: Any,
) -> list[str]:
    """Return the contents of what is found."""
    search = Search(rooms, tuple(sought(tuple(words(query)))), **filters)
    return [each.content for each in await store.messages.search(search, before=before, limit=limit)]


SAID = (
    "The blue box has eight brackets left",
    "One bracket for the café, garçon!",
    "我喜欢北京烤鸭",
    "東京タワーで会いましょう",
    "ｶﾞｰﾃﾞﾝ",
    "किताबें पढ़ना अच्छा है",
    "กินข้าวที่กรุงเทพ",
    "كِتَابٌ جديد",
    "Ελληνικά Γλώσσα",
    "Straße nach Čáslav",
    "오늘 학교에서 만나요",
    "don't panic: see https://example.org/a_b?c=42",
)


FOUND: dict[str, set[int]] = {
    "bracket": {0, 1},
    "BRACKETS": {0},
    "box eight": {0},
    "eight box bra": {0},
    "box garden": set(),
    "racket": set(),
    "CAFE": {1},
    "café": {1},
    "garcon": {1},
    "北京": {2},
    "京": {2, 3},
    "烤鸭": {2},
    "鸭烤": set(),
    "タワー": {3},
    "会い": {3},
    "ガーデン": {4},
    "किताब": {5},
    "पढना": {5},
    "ข้าว": {6},
    "กรุงเทพ": {6},
    "كتاب": {7},
    "كتب": set(),
    "γλωσσα": {8},
    "strasse": {9},
    "caslav": {9},
    "학교": {10},
    "example.org": {11},
    "a_b c=42": {11},
    "don't": {11},
}


async def test_every_script(store: Store) -> None:
    for number, text in enumerate(SAID):
        await put(store, text, when=at(number))
    found = {query: await find(store, query) for query in FOUND}
    assert found == {query: [SAID[place] for place in sorted(places, reverse=True)] for query, places in FOUND.items()}


TYPED = (
    'OR *"',
    '"',
    '" OR "1',
    "NEAR(a b)",
    "words: x",
    "a* b",
    "-a",
    "^a",
    "a AND NOT b",
    "'; DROP TABLE search; --",
    "{$ne: 1}",
    "$where",
    "%",
    "_",
    "\\",
    "AND",
    "NOT",
    "a\0b",
    "(",
    "a.*",
)


async def test_what_is_typed_is_never_a_command(store: Store) -> None:
    text = "or near a b words x and not drop table search ne 1 where"
    await put(store, text)
    await put(store, "unconcerned")
    found = {query: await find(store, query) for query in TYPED}
    assert found == {query: [text] if list(words(query)) else [] for query in TYPED}
    assert await find(store, f"\ue000{ROOM}") == []


async def test_only_in_the_rooms_that_are_named(store: Store) -> None:
    await put(store, "red here")
    await put(store, "red there", room=OTHER)
    assert await find(store, "red") == ["red here"]
    assert await find(store, "red", rooms=(OTHER,)) == ["red there"]
    assert await find(store, "red", rooms=(new_id(),)) == []
    assert await find(store, "red", rooms=()) == []
    assert await find(store, "") == []
    many = tuple(new_id() for _ in range(300))
    assert await find(store, "red", rooms=(*many, OTHER)) == ["red there"]
    assert await find(store, "red", rooms=many) == []


async def test_newest_first_in_pages(store: Store) -> None:
    order = [5, 1, 4, 2, 3]
    stored = {number: await put(store, f"tea {number}", when=at(number)) for number in order}
    assert await find(store, "tea") == [f"tea {number}" for number in (5, 4, 3, 2, 1)]
    assert await find(store, "tea", limit=2) == ["tea 5", "tea 4"]
    assert await find(store, "tea", before=stored[4], limit=2) == ["tea 3", "tea 2"]
    assert await find(store, "tea", before=stored[1]) == []
    deleted = await store.messages.change(stored[4].id, lambda old: replace(old, deleted_at=START, content=""))
    assert await find(store, "tea", before=deleted) == ["tea 3", "tea 2", "tea 1"]


async def test_messages_of_one_moment_keep_their_order(store: Store) -> None:
    stored = [await put(store, f"tea {number}") for number in range(5)]
    assert await find(store, "tea") == [f"tea {number}" for number in (4, 3, 2, 1, 0)]
    assert await find(store, "tea", before=stored[3], limit=2) == ["tea 2", "tea 1"]


async def test_filters(store: Store) -> None:
    ann, ben = new_id(), new_id()
    file = Attachment(new_id(), "Übersicht.pdf", "application/pdf", 5)
    await put(store, "plan one", sender=ann, when=at(1))
    await put(store, "plan two", sender=ben, when=at(2), attachments=(file,))
    await put(store, "plan three", sender=ben, when=at(3))
    assert await find(store, "plan", sender_id=ann) == ["plan one"]
    assert await find(store, "plan", with_file=True) == ["plan two"]
    assert await find(store, "plan", sender_id=ann, with_file=True) == []
    await put(store, "", sender=ann, when=at(4), attachments=(replace(file, name="--"),))
    assert await find(store, "", with_file=True) == ["", "plan two"]
    assert await find(store, "", with_file=True, limit=1) == [""]
    assert await find(store, "", with_file=True, sender_id=ann, since=at(3)) == [""]
    assert await find(store, "", with_file=True, rooms=(OTHER,)) == []
    assert await find(store, "") == []
    assert await find(store, "plan", since=at(2)) == ["plan three", "plan two"]
    assert await find(store, "plan", until=at(2)) == ["plan one"]
    assert await find(store, "plan", since=at(2), until=at(3)) == ["plan two"]
    assert await find(store, "ubersicht") == ["plan two"]


async def test_what_is_found_follows_the_message(store: Store) -> None:
    stored = await put(store, "apples")
    await store.messages.change(stored.id, lambda old: replace(old, content="pears", edited_at=START))
    assert await find(store, "apples") == []
    assert await find(store, "pears") == ["pears"]
    await store.messages.change(stored.id, lambda old: replace(old, reactions={"👍": ("x",)}))
    assert await find(store, "pears") == ["pears"]
    await store.messages.change(stored.id, lambda old: replace(old, deleted_at=START))
    assert await find(store, "pears") == []
    await store.messages.change(stored.id, lambda old: replace(old, deleted_at=None, content="plums"))
    assert await find(store, "plums") == ["plums"]
    await store.messages.change(stored.id, lambda old: replace(old, content="!!"))
    assert await find(store, "plums") == []
    await store.messages.change(stored.id, lambda old: replace(old, content="figs"))
    assert await find(store, "figs") == ["figs"]


async def test_a_change_that_was_refused_is_not_found(store: Store) -> None:
    stored = await put(store, "apples")

    def refuse(old: Message) -> Message:
        raise ValueError

    with pytest.raises(ValueError):
        await store.messages.change(stored.id, refuse)
    again, created = await store.messages.append(
        message(ROOM, stored.sender_id, "cherries", client_id=stored.client_id)
    )
    assert (again, created) == (stored, False)
    assert await find(store, "apples") == ["apples"]
    assert await find(store, "cherries") == []


async def test_quiet_lines_are_not_found(store: Store) -> None:
    await put(store, "Ann came in", kind=MessageKind.SYSTEM)
    assert await find(store, "ann") == []


async def test_a_long_word_and_a_long_message(store: Store) -> None:
    long = "x" * 500
    text = f"{long} " + " ".join(f"word{number}" for number in range(2000))
    await put(store, text)
    assert await find(store, long) == [text]
    assert await find(store, "word1999") == [text]


async def test_what_was_loaded_is_found(store: Store, place: Place) -> None:
    stored = await put(store, "apples")
    records = [record async for batch in store.dump("messages") for record in batch]
    await store.load("messages", [{**records[0], "content": "pears"}])
    assert await find(store, "apples") == []
    assert await find(store, "pears") == ["pears"]
    await store.load("messages", [{**records[0], "deleted_at": records[0]["created_at"]}])
    assert await find(store, "pears") == []
    assert (await store.messages.get(stored.id)) is not None


async def test_messages_of_an_older_version_are_found_after_opening(place: Place) -> None:
    store = await place.open()
    stored = await put(store, "apples")
    if isinstance(store, MongoStore):
        documents = store.messages.collection.documents
        await documents.update_one({"_id": stored.id}, {"$unset": {"words": ""}})
        assert await find(store, "apples") == []
        await documents.database["meta"].delete_one({"_id": "search"})
        assert await find(await place.open(), "apples") == ["apples"]
