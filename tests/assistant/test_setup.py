"""The administrator's settings: saved, secret, tested."""

import pytest

from chatbeside.domain.errors import InvalidInput, NotAllowed, Unavailable
from tests.assistant.conftest import MakeChat
from tests.servers.openai_server import KEY, OpenAIServer, Script


async def test_only_administrators(make_chat: MakeChat) -> None:
    chat = await make_chat()
    await chat.people("ann")
    ben = await chat.people("ben")
    for call in (
        chat.services.assistant.setup.save(ben, {"provider": "builtin"}),
        chat.services.assistant.test(ben),
        chat.services.assistant.usage(ben),
    ):
        with pytest.raises(NotAllowed):
            await call


async def test_saved_and_used_at_once(make_chat: MakeChat) -> None:
    with OpenAIServer(key=KEY) as model:
        chat = await make_chat()
        ann = await chat.people("ann")
        own = await chat.own(ann)
        setup = chat.services.assistant.setup
        assert "built-in" in await chat.services.assistant.test(ann)
        await setup.save(ann, {"provider": "openai", "base_url": f"{model.url}/", "model": "tiny", "key": "wrong"})
        with pytest.raises(Unavailable, match="key"):
            await chat.services.assistant.test(ann)
        await setup.save(ann, {"key": KEY})
        assert "tiny" in await chat.services.assistant.test(ann)
        assert (await chat.answer(ann, own, "hello")).content == "ready"
        status = await chat.services.assistant.status(ann, own.id)
        assert (status.provider, status.model, status.outside, status.member) == ("openai", "tiny", False, True)
        await setup.save(ann, {"provider": "builtin"})
        assert "program" in (await chat.answer(ann, own, "hello")).content
        assert (await setup.choice()).key == KEY  # still there for when it is wanted again


async def test_the_key_is_not_readable_at_rest(make_chat: MakeChat, tmp_path) -> None:
    chat = await make_chat()
    ann = await chat.people("ann")
    secret = "sk-very-secret-words"
    await chat.services.assistant.setup.save(ann, {"provider": "openai", "model": "m", "key": secret})
    await chat.services.stop()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes()
    again = await make_chat()
    assert (await again.services.assistant.setup.choice()).key == secret
    await again.services.assistant.setup.save(ann, {"key": "", "base_url": "http://127.0.0.1:1/v1"})
    assert (await again.services.assistant.setup.choice()).key == ""


async def test_another_secret_makes_the_key_be_given_again(make_chat: MakeChat, tmp_path) -> None:
    chat = await make_chat()
    ann = await chat.people("ann")
    await chat.services.assistant.setup.save(ann, {"provider": "openai", "model": "m", "key": "k1"})
    await chat.services.stop()
    (tmp_path / "data" / "secret.key").unlink()
    again = await make_chat()
    assert (await again.services.assistant.setup.choice()).key == ""


async def test_what_is_saved_wins_over_the_environment(make_chat: MakeChat, model: OpenAIServer) -> None:
    chat = await make_chat(model)
    ann = await chat.people("ann")
    setup = chat.services.assistant.setup
    assert (await setup.choice()).saved is False
    assert (await setup.choice()).provider == "openai"
    await setup.save(ann, {"provider": "builtin"})
    choice = await setup.choice()
    assert (choice.saved, choice.provider) == (True, "builtin")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"provider": "magic"}, "provider"),
        ({"provider": "openai", "model": ""}, "model"),
        ({"provider": "openai", "model": "m", "base_url": "", "key": ""}, "key"),
        ({"provider": "openai", "model": "m", "base_url": "ftp://x"}, "baseUrl"),
        ({"provider": "openai", "model": "m", "base_url": "http://a b"}, "baseUrl"),
        ({"key": "two words"}, "key"),
        ({"monthly_tokens": -1}, "monthlyTokens"),
        ({"monthly_tokens": True}, "monthlyTokens"),
    ],
)
async def test_what_is_wrong_is_said(make_chat: MakeChat, changes, field) -> None:
    chat = await make_chat()
    ann = await chat.people("ann")
    with pytest.raises(InvalidInput) as caught:
        await chat.services.assistant.setup.save(ann, changes)
    assert field in caught.value.fields
    assert (await chat.services.assistant.setup.choice()).saved is False


async def test_a_test_says_what_is_wrong(make_chat: MakeChat, model: OpenAIServer) -> None:
    model.then(Script(status=404, error={"message": "no such model"}))
    chat = await make_chat(model)
    ann = await chat.people("ann")
    with pytest.raises(Unavailable, match="no such model"):
        await chat.services.assistant.test(ann)


async def test_the_greeting_says_which_model(make_chat: MakeChat, model: OpenAIServer) -> None:
    chat = await make_chat(model)
    ann = await chat.people("ann")
    hello = (await chat.services.rooms.list(ann))[0]["lastMessage"]
    assert hello
    assert "“tiny” answers for me" in hello["content"]
