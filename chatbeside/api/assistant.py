"""The administrator's side of the assistant. Talking to it is sending messages to the user ``beside``."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body, Parameters
from chatbeside.services import guard
from chatbeside.services.assistant.service import USAGE_PAGE
from chatbeside.services.assistant.setup import Choice
from chatbeside.services.principal import check_administrator

routes = router(prefix="/api/assistant", tag="assistant")


class AssistantSettings(Body):
    """What to change; what is left out stays as it is."""

    name: str | None = Field(None, description="What everybody sees it called. @beside calls it for ever, too.")
    provider: str | None = Field(None, description="builtin or openai.")
    base_url: str | None = Field(None, alias="baseUrl", description="Address of the service up to /v1.")
    model: str | None = Field(None, description="The model's name at the service.")
    key: str | None = Field(None, description="The key. It is stored encrypted and never given back; empty removes it.")
    monthly_tokens: int | None = Field(
        None, alias="monthlyTokens", description="Tokens that each person may use in a month, 0 for no limit."
    )
    hears: str | None = Field(None, alias="transcriptionModel", description="The model for speech to text, in calls.")
    speaks: str | None = Field(None, alias="speechModel", description="The model for text to speech, in calls.")
    voice: str | None = Field(None, description="The voice of that model.")


class AssistantAnswer(TypedDict):
    """Who answers. ``saved`` is false while the environment says it."""

    name: str
    provider: str
    baseUrl: str
    model: str
    hasKey: bool
    monthlyTokens: int
    transcriptionModel: str
    speechModel: str
    voice: str
    saved: bool


class AssistantTestAnswer(TypedDict):
    """That it works, in words."""

    message: str


class UsageQuery(Parameters):
    """Where a page begins."""

    after: str = Field("", description="The person of the last row of the page before.")
    room: str = Field("", description="The room of that row.")


class UsageRow(TypedDict):
    """What one person used in one room this month, in tokens."""

    user: str
    room: str
    promptTokens: int
    answerTokens: int
    answers: int


class UsageAnswer(TypedDict):
    """What was used this month. With ``hasMore`` there is more: ask again with the person and room of the last row."""

    usage: list[UsageRow]
    hasMore: bool


@routes.get("", responses=errors(403))
@guard.signed_in
async def assistant_settings(api: Api, asker: Asker) -> AssistantAnswer:
    """Return which language model answers, without its key. For administrators."""
    check_administrator(asker)
    return _shown(await api.assistant.name(), await api.assistant.setup.choice())


@routes.patch("", responses=errors(403))
@guard.signed_in
async def change_assistant_settings(api: Api, asker: Asker, body: AssistantSettings) -> AssistantAnswer:
    """Choose its name and the language model. Holds at once, also on other workers. For administrators."""
    check_administrator(asker)
    changes = body.model_dump(exclude_none=True)
    name = changes.pop("name", None)
    if name is not None:
        await api.assistant.rename(asker, name)
    if changes:
        await api.assistant.setup.save(asker, changes)
    return _shown(await api.assistant.name(), await api.assistant.setup.choice())


@routes.post("/test", responses=errors(403, 503))
@guard.signed_in
async def test_assistant(api: Api, asker: Asker) -> AssistantTestAnswer:
    """Ask the language model for a word. For administrators."""
    return {"message": await api.assistant.test(asker)}


@routes.get("/usage", responses=errors(403))
@guard.signed_in
async def assistant_usage(api: Api, asker: Asker, query: Annotated[UsageQuery, Query()]) -> UsageAnswer:
    """Return what everybody used this month, by person and room. For administrators."""
    found = await api.assistant.usage(asker, after=(query.after, query.room))
    rows: list[UsageRow] = [
        {
            "user": row.user_id,
            "room": row.room_id,
            "promptTokens": row.prompt_tokens,
            "answerTokens": row.answer_tokens,
            "answers": row.answers,
        }
        for row in found
    ]
    return {"usage": rows, "hasMore": len(rows) == USAGE_PAGE}


def _shown(name: str, choice: Choice) -> AssistantAnswer:
    return {
        "name": name,
        "provider": choice.provider,
        "baseUrl": choice.base_url,
        "model": choice.model,
        "hasKey": bool(choice.key),
        "monthlyTokens": choice.monthly_tokens,
        "transcriptionModel": choice.hears,
        "speechModel": choice.speaks,
        "voice": choice.voice,
        "saved": choice.saved,
    }
