"""What must not be in the log is not in it, whatever library would write it there."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.product import ROOT
from tests.servers.openai_server import OpenAIServer

_ASK = """
import logging.config, sys
from openai import OpenAI
from chatbeside.launch import logs
from chatbeside.settings import Settings
logging.config.dictConfig(logs.config(Settings()))
logging.getLogger("chatbeside").info("begins")
OpenAI(base_url=sys.argv[1], api_key="right-key").chat.completions.create(
    model="tiny", messages=[{"role": "user", "content": "what nobody else reads"}], stream=True
)
"""


def test_addresses_and_contents_of_requests_to_others_are_not_logged(tmp_path: Path) -> None:
    with OpenAIServer() as model:
        subprocess.run(
            [sys.executable, "-c", _ASK, f"{model.url}?key=a-secret"],
            cwd=ROOT,
            env={"CHATBESIDE_DATA": str(tmp_path)},
            check=True,
        )
        assert model.requests
    (line,) = (tmp_path / "server.log").read_text().splitlines()
    assert line.endswith("begins")
