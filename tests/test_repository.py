"""Rules that the tree as a whole keeps."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from chatbeside.settings import Settings
from scripts import settings_table

ROOT = Path(__file__).resolve().parents[1]
SOURCE_LINES = 420
TEST_LINES = 700


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("This is no git clone, so there is no list of its files.")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize(
    ("section", "command"), [("Run it", "python3 -m chatbeside"), ("Test it", "python3 -m chatbeside test")]
)
def test_readme_has_one_command(section: str, command: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    body = readme.split(f"\n## {section}\n")[1].split("\n## ")[0]
    fence = re.search(r"^```[a-z]*\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    assert fence
    assert fence[1] == f"{command}\n"


@pytest.mark.parametrize("page", settings_table.PAGES, ids=lambda page: page.name)
def test_the_documents_list_the_settings(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert settings_table.with_table(text, settings_table.PAGES[page]) == text, "Run scripts/settings_table.py."


def test_the_settings_that_the_readme_lists_exist() -> None:
    assert set(settings_table.FIRST) <= {field.alias for field in Settings.model_fields.values()}


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md":
            targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
            broken += [
                f"{path.relative_to(ROOT)} -> {target}" for target in targets if not (path.parent / target).exists()
            ]
    assert broken == []


def test_nothing_of_one_machine_or_secret_is_kept() -> None:
    forbidden = re.compile(
        "|".join(
            [
                r"/(?:work|root|Users|home)/\w",
                r"registry\.npmjs" + r"\.org|pythonhosted" + r"\.org|registry\.yarnpkg|npmmirror",
                "-----BEGIN [A-Z ]*PRIVATE" + " KEY-----",
                r"\bsk-[A-Za-z0-9_-]{20,}",
                r"\bAKIA[0-9A-Z]{16}\b",
                r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
            ]
        )
    )
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked()
        if path != Path(__file__) and (text := text_of(path)) is not None and (hit := forbidden.search(text))
    ]
    assert found == []


def test_files_stay_small() -> None:
    long = {}
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in {".py", ".js", ".mjs"} or not name.startswith(
            ("chatbeside/", "assets/", "tests/", "bench/")
        ):
            continue
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > (TEST_LINES if name.startswith("tests/") else SOURCE_LINES):
            long[name] = lines
    assert long == {}


def requirements(name: str) -> dict[str, str]:
    """Package (as PyPI compares names) -> the rest of its line."""
    pins = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            package, rest = line.split("==")
            pins[re.sub(r"[-_.]+", "-", package).lower()] = rest
    return pins


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_requirement_is_pinned_and_explained(name: str) -> None:
    for package, rest in requirements(name).items():
        assert re.fullmatch(r"[\w.]+  # \S.*", rest), package


def test_what_is_imported_is_required() -> None:
    distributions = packages_distributions()
    listed = requirements("requirements.txt")
    missing = set()
    for path in [*(ROOT / "chatbeside").rglob("*.py"), ROOT / "rxconfig.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for top in {name.split(".")[0] for name in names}:
                if top in sys.stdlib_module_names or top == "chatbeside":
                    continue
                owners = {re.sub(r"[-_.]+", "-", owner).lower() for owner in distributions.get(top, [top])}
                # reflex-base and the component packages come with reflex, starlette with fastapi, at fixed versions.
                owners |= {"reflex"} if top.startswith("reflex") else {"fastapi"} if top == "starlette" else set()
                if not owners & listed.keys():
                    missing.add(f"{path.relative_to(ROOT)}: {top}")
    assert missing == set()


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
