"""A web server on loopback that plays every host of the internet, for what this server visits."""

import asyncio
from collections.abc import Callable, Sequence

import httpx

from chatbeside.services.previews.fetching import Fetcher

PUBLIC = "93.184.216.34"


def answer(body: str | bytes, *headers: str, kind: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content


class Web:
    """A web server on loopback that plays every host of the internet, and the resolver that leads there."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Callable[[asyncio.StreamWriter], object]] = {}
        self.names: dict[str, list[Sequence[str]]] = {}
        self.asked: list[str] = []
        self.visited: list[tuple[str, str]] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Answer as the test says: several answers are given one after the other."""
        self.asked.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def fetcher(self) -> Fetcher:
        return Fetcher(resolve=self.resolve, transport=lambda: Home(self))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        found = self.pages.get(path, answer("nothing", status="404 Not Found"))
        try:
            if isinstance(found, bytes):
                writer.write(found)
                await writer.drain()
            else:
                await found(writer)  # type: ignore[misc]
        except ConnectionError:
            pass
        finally:
            writer.close()


class Home(httpx.AsyncBaseTransport):
    """The outermost edge: what would connect to the internet connects to the test's own server."""

    def __init__(self, web: Web) -> None:
        self._web = web
        # There is no TLS here, and reading the list of authorities for each one takes its time.
        self._inner = httpx.AsyncHTTPTransport(verify=False, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._web.visited.append((request.url.host, request.headers["host"]))
        assert request.extensions["sni_hostname"] == request.headers["host"]
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._web.port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
