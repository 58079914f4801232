from pathlib import Path

from pydantic import SecretStr

from chatbeside.settings import Settings
from chatbeside.store.factory import FILE, make_store, store_at
from chatbeside.store.mongo import MongoStore
from chatbeside.store.sqlite import SqliteStore


async def test_without_a_uri_it_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    store = make_store(Settings(data=tmp_path / "data", mongodb_uri=None))
    assert isinstance(store, SqliteStore)
    await store.open()
    assert (tmp_path / "data" / FILE).exists()
    await store.close()


def test_with_a_uri_it_is_mongodb(tmp_path: Path) -> None:
    assert isinstance(make_store(Settings(data=tmp_path, mongodb_uri=SecretStr("mongodb://localhost"))), MongoStore)


async def test_an_address_says_which(tmp_path: Path) -> None:
    assert isinstance(store_at("mongodb+srv://example.org/chat"), MongoStore)
    for number, prefix in enumerate(("", "sqlite:")):
        store = store_at(f"{prefix}{tmp_path}/{number}.db")
        await store.open()
        await store.close()
        assert (tmp_path / f"{number}.db").exists()
