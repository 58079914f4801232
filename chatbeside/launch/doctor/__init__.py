"""``python3 -m chatbeside doctor``: looks at everything chatbeside needs and says in words what to do."""

import asyncio

from pydantic import ValidationError

from chatbeside.launch.doctor.checks import CHECKS
from chatbeside.launch.doctor.finding import Finding, State
from chatbeside.launch.progress import Progress
from chatbeside.settings import Settings

PATIENCE = 20.0
"""Seconds that one check may take."""
_SIGNS = {State.WELL: "well ", State.NOTE: "note ", State.WRONG: "WRONG"}


def run(progress: Progress) -> int:
    """Check everything and show what was found.

    Returns:
        0 when nothing is wrong; notes are not wrong.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            _show(progress, Finding(State.WRONG, str(problem["loc"][0]), str(problem["msg"]), "Change this setting."))
        return 1
    findings = asyncio.run(examine(settings))
    for finding in findings:
        _show(progress, finding)
    wrong = sum(finding.state is State.WRONG for finding in findings)
    progress.say(f"\n{wrong} of {len(findings)} things are wrong." if wrong else "\nNothing is wrong.")
    return 1 if wrong else 0


async def examine(settings: Settings) -> list[Finding]:
    """Run every check, at the same time, and return what they found in their order."""
    found = await asyncio.gather(*(_one(name, check(settings)) for name, check in CHECKS.items()))
    return [finding for findings in found for finding in findings]


async def _one(name: str, check: object) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check  # type: ignore[misc,no-any-return]
    except TimeoutError:
        return [Finding(State.WRONG, name, f"no answer within {PATIENCE:.0f} s", "Is it running and reachable?")]
    except Exception as error:
        # Its words may hold an address with a password in it.
        return [Finding(State.WRONG, name, f"the check itself failed ({type(error).__name__})", "Please report this.")]


def _show(progress: Progress, finding: Finding) -> None:
    progress.say(f"{_SIGNS[finding.state]}  {finding.part}: {finding.words}")
    if finding.advice:
        progress.say(f"       -> {finding.advice}")
