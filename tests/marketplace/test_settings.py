"""One typed object of settings; no secret has a default."""

from base64 import b64encode

import pytest

from marketplace.app import create_app
from marketplace.errors import Invalid
from marketplace.settings import Settings, needed, variables

SECRET = b64encode(b"x" * 32).decode()


def test_a_missing_secret_is_refused_with_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    settings = Settings.read({})
    assert (settings.web.secret, settings.seal.key, settings.database.url) == (None, None, None)
    assert not settings.instance.demo
    with pytest.raises(Invalid) as refused:
        needed(settings.seal.key, "SEAL_KEY")
    assert [(fault.path, fault.code) for fault in refused.value.fields] == [("SEAL_KEY", "required")]


def test_the_application_does_not_start_without_its_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEB_SECRET", raising=False)
    without = Settings.read(
        {"MARKETPLACE_DATA_DIR": str(settings.instance.data_dir), "DATABASE_URL": "postgresql:///x"}
    )
    with pytest.raises(Invalid, match="WEB_SECRET"):
        create_app(without)


def test_every_wrong_variable_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        Settings.read(
            {
                "WEB_SECRET": "court",
                "WEB_PORT": "70000",
                "MARKETPLACE_LOG_LEVEL": "BAVARD",
                "DATABASE_POOL_SIZE": "zéro",
            }
        )
    named = {fault.path for fault in refused.value.fields}
    assert named == {"WEB_SECRET", "WEB_PORT", "MARKETPLACE_LOG_LEVEL", "DATABASE_POOL_SIZE"}
    assert "court" not in str(refused.value)


def test_a_given_value_wins_over_the_environment_which_wins_over_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEB_PORT", "8001")
    assert Settings.read().web.port == 8001
    assert Settings.read({"WEB_PORT": "8002"}).web.port == 8002
    monkeypatch.delenv("WEB_PORT")
    assert Settings.read().web.port == 8000


def test_a_search_server_is_named_whole_or_not_at_all() -> None:
    none = Settings.read({}).meilisearch
    assert (none.url, none.key, none.index, none.bin) == (None, None, "lotcommun", None)
    given = Settings.read(
        {"MEILISEARCH_URL": "http://recherche:7700", "MEILISEARCH_KEY": SECRET, "MEILISEARCH_SEARCH_MS": "90"}
    )
    assert given.meilisearch.key is not None
    assert given.meilisearch.key.get_secret_value() == SECRET
    assert SECRET not in repr(given)
    assert (given.meilisearch.url, given.meilisearch.search_ms) == ("http://recherche:7700", 90)


def test_a_secret_is_never_shown_by_what_prints_settings() -> None:
    settings = Settings.read({"WEB_SECRET": SECRET, "SEAL_KEY": SECRET})
    assert SECRET not in repr(settings)
    assert all(described for described in variables().values())
