"""A bot in twenty lines: repeats what people tell it.

It needs an account of its own (sign up in the page) and: pip install httpx "python-socketio[asyncio_client]"

    CHATBESIDE=http://localhost:3000 BOT_NAME=echo BOT_PASSWORD=... python examples/echo_bot.py
"""

import asyncio
import os

import httpx
import socketio

SERVER, NAME = os.environ["CHATBESIDE"], os.environ["BOT_NAME"]


async def main() -> None:
    who = {"username": NAME, "password": os.environ["BOT_PASSWORD"]}
    async with httpx.AsyncClient(base_url=SERVER) as rest:
        login = (await rest.post("/api/auth/login", json=who)).raise_for_status().json()
    live = socketio.AsyncClient()

    @live.on("chat message")
    async def answer(message: dict) -> None:
        if message["sender"] == login["user"]["_id"] or message["messageType"] != "text":
            return
        # The same clientId is never stored twice, so a repeated delivery gets no second answer.
        reply = {"room": message["room"], "content": f"You said: {message['content']}", "clientId": message["_id"]}
        await live.call("chat message", {**reply, "replyTo": message["_id"]})

    await live.connect(SERVER, auth={"token": login["token"]}, transports=["websocket"])
    print("Listening.", flush=True)
    await live.wait()


if __name__ == "__main__":
    asyncio.run(main())
