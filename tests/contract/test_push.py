from dataclasses import replace

from chatbeside.domain.ids import new_id
from chatbeside.domain.push import PushSubscription
from chatbeside.store.interfaces import Store
from tests.contract.make import at


def subscription(user_id: str, endpoint: str, session_id: str = "s") -> PushSubscription:
    return PushSubscription(f"https://push.example.org/{endpoint}", user_id, session_id, "key", "secret", at(1))


async def test_an_endpoint_has_one_subscription(store: Store) -> None:
    ann, ben = new_id(), new_id()
    first = subscription(ann, "a")
    await store.push.put(first)
    await store.push.put(first)
    assert await store.push.get(first.endpoint) == first
    other = replace(first, user_id=ben, auth="other", created_at=at(5))
    await store.push.put(other)
    assert await store.push.get(first.endpoint) == other
    assert await store.push.of_users([ann]) == []
    assert await store.push.of_users([ben]) == [other]
    assert await store.push.get("https://push.example.org/none") is None


async def test_those_of_people(store: Store) -> None:
    ann, ben, cem = new_id(), new_id(), new_id()
    kept = [subscription(ann, "a"), subscription(ann, "b"), subscription(ben, "c"), subscription(cem, "d")]
    for each in reversed(kept):
        await store.push.put(each)
    assert await store.push.of_users([ann, ben, new_id()]) == kept[:3]
    assert await store.push.of_users([]) == []


async def test_forgetting(store: Store) -> None:
    ann = new_id()
    kept = [subscription(ann, "a", "one"), subscription(ann, "b", "two"), subscription(ann, "c", "two")]
    for each in kept:
        await store.push.put(each)
    assert await store.push.remove(kept[0].endpoint) is True
    assert await store.push.remove(kept[0].endpoint) is False
    assert await store.push.remove_of_session("two") == 2
    assert await store.push.remove_of_session("two") == 0
    assert await store.push.of_users([ann]) == []
