"""``python3 -m chatbeside static``: the page as files, for a host that serves files, with the server elsewhere.

Runs on ``.venv``'s Python.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from chatbeside.launch import page
from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.page_headers import page_headers


def run(progress: Progress, server: str, folder: Path) -> int:
    """Build the page for a server at another address and put it into ``folder``.

    Args:
        progress: Shows the steps.
        server: The server's address, for example ``https://api.example.org``.
        folder: Where the files go; must be empty or not be there yet.

    Raises:
        LaunchError: The address or the folder cannot be used, or the build failed.
    """
    address = _origin(server)
    if folder.exists() and any(folder.iterdir()):
        raise LaunchError(f"{folder} is not empty. Name another folder, or remove this one.")
    page.build_for(progress, {"REFLEX_API_URL": address}, folder)
    sent = page_headers(folder, secure=address.startswith("https:"), server=address)
    headers = {name.decode(): value.decode() for name, value in sent}
    (folder / "_headers").write_text(_netlify_headers(headers), encoding="utf-8")
    (folder / "_redirects").write_text(f"/api/* {address}/api/:splat 302\n", encoding="utf-8")
    (folder / "vercel.json").write_text(_vercel(headers, address), encoding="utf-8")
    progress.say(
        f"The page is in {folder}. Netlify and Vercel read _headers, _redirects and vercel.json in it.\n"
        f"Start the server behind {address} with CHATBESIDE_URL set to the address of the page."
    )
    return 0


def _origin(server: str) -> str:
    parts = urlsplit(server)
    local = parts.hostname is not None and parts.hostname.endswith("localhost")
    usable = parts.scheme == "https" or (parts.scheme == "http" and local)
    if not usable or not parts.netloc or parts.path.strip("/") or parts.query:
        raise LaunchError("Say where the server is: python3 -m chatbeside static --server https://api.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _netlify_headers(headers: Mapping[str, str]) -> str:
    """Return the headers in Netlify's own form (https://docs.netlify.com/routing/headers/)."""
    everywhere = [f"  {name}: {value}" for name, value in headers.items()]
    return "\n".join(["/*", *everywhere, "/assets/*", "  cache-control: public, max-age=31536000, immutable", ""])


def _vercel(headers: Mapping[str, str], server: str) -> str:
    """Return Vercel's project configuration (https://vercel.com/docs/project-configuration)."""
    listed = [{"key": name, "value": value} for name, value in headers.items()]
    configuration = {
        "cleanUrls": True,
        "headers": [{"source": "/(.*)", "headers": listed}],
        "redirects": [{"source": "/api/:path*", "destination": f"{server}/api/:path*", "permanent": False}],
    }
    return json.dumps(configuration, indent=1) + "\n"
