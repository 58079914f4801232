from dataclasses import replace

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.domain.proofs import Identity, OneTime, SecondFactor
from chatbeside.store.interfaces import Store, Taken
from tests.contract.make import START, at


def one_time(user_id: str, kind: str = "reset", seconds: float = 60) -> OneTime:
    return OneTime(new_id(), kind, user_id, START, at(seconds))


async def test_what_works_once(store: Store) -> None:
    one = one_time(new_id())
    await store.onetimes.add(one)
    assert await store.onetimes.get(one.id) == one
    assert await store.onetimes.use(one.id, at(3)) is True
    assert await store.onetimes.use(one.id, at(4)) is False
    assert await store.onetimes.get(one.id) == replace(one, used_at=at(3))
    assert await store.onetimes.use(new_id(), at(3)) is False
    assert await store.onetimes.get(new_id()) is None
    with pytest.raises(Taken):
        await store.onetimes.add(one)


async def test_all_of_a_person_and_a_kind_are_used_up(store: Store) -> None:
    ann, ben = new_id(), new_id()
    first, second, other, of_ben = one_time(ann), one_time(ann), one_time(ann, "other"), one_time(ben)
    for one in (first, second, other, of_ben):
        await store.onetimes.add(one)
    await store.onetimes.use(first.id, at(1))
    await store.onetimes.use_all(ann, "reset", at(2))
    found = [await store.onetimes.get(one.id) for one in (first, second, other, of_ben)]
    assert [one.used_at for one in found if one] == [at(1), at(2), None, None]


async def test_what_expired_is_forgotten(store: Store) -> None:
    old, young = one_time(new_id(), seconds=10), one_time(new_id(), seconds=20)
    for one in (old, young):
        await store.onetimes.add(one)
    assert await store.onetimes.forget(at(20)) == 1
    assert await store.onetimes.get(old.id) is None
    assert await store.onetimes.get(young.id) == young


async def test_one_second_factor_a_person(store: Store) -> None:
    ann = SecondFactor(new_id(), "first", START, confirmed_at=at(5), last_step=7, codes=("a", "b"), version=4)
    await store.factors.put(ann)
    assert await store.factors.get(ann.user_id) == ann
    anew = SecondFactor(ann.user_id, "second", at(9))
    await store.factors.put(anew)
    assert await store.factors.get(ann.user_id) == anew
    assert await store.factors.get(new_id()) is None
    assert await store.factors.remove(ann.user_id) is True
    assert await store.factors.remove(ann.user_id) is False
    assert await store.factors.get(ann.user_id) is None


async def test_of_two_changes_of_a_second_factor_one_counts(store: Store) -> None:
    ann = SecondFactor(new_id(), "secret", START)
    await store.factors.put(ann)
    assert await store.factors.replace(replace(ann, last_step=5, version=2)) is True
    assert await store.factors.replace(replace(ann, last_step=6, version=2)) is False
    assert await store.factors.get(ann.user_id) == replace(ann, last_step=5, version=2)
    assert await store.factors.replace(SecondFactor(new_id(), "nobody's", START, version=2)) is False


async def test_an_identity_is_one_persons(store: Store) -> None:
    ann, ben = new_id(), new_id()
    first, second = Identity("https://a.org", "1", ann, START), Identity("https://a.org", "2", ann, at(1))
    for identity in (second, first):
        await store.identities.add(identity)
    with pytest.raises(Taken):
        await store.identities.add(replace(first, user_id=ben))
    await store.identities.add(Identity("https://b.org", "1", ben, START))
    assert await store.identities.get("https://a.org", "1") == first
    assert await store.identities.get("https://b.org", "2") is None
    assert await store.identities.of_user(ann) == [first, second]
    assert await store.identities.remove("https://a.org", "1") is True
    assert await store.identities.remove("https://a.org", "1") is False
    assert await store.identities.of_user(ann) == [second]
