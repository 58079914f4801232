import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from chatbeside.services.secrets import FILE_NAME, load_secret, secret_of
from chatbeside.settings import Settings


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    secret = load_secret(folder)
    path = folder / FILE_NAME
    assert len(secret) >= 32
    assert load_secret(folder) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [entry.name for entry in folder.iterdir()] == [FILE_NAME]


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    assert load_secret(tmp_path / "a") != load_secret(tmp_path / "b")


def test_rights_that_became_too_wide_are_narrowed(tmp_path: Path) -> None:
    load_secret(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    load_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_workers_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_secret, [tmp_path] * 32))) == 1


def test_a_damaged_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("short")
    with pytest.raises(ValueError, match="damaged"):
        load_secret(tmp_path)


def test_a_given_secret_needs_no_file(tmp_path: Path) -> None:
    assert secret_of(Settings(data=tmp_path / "a", secret="long enough " * 4)) == b"long enough " * 4
    assert not (tmp_path / "a").exists()
    with pytest.raises(ValidationError, match="32"):
        Settings(data=tmp_path, secret="short")
