"""What a password must be, and what changing it does."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from marketplace.accounts.passwords import LONGEST, check_strength
from marketplace.errors import Invalid
from tests.support.windows import PASSWORD, Window, mails, person
from tests.support.world import World

WORDS = ("agent.dupont@saint-amand.test", "Camille Dupont-Moreau", "Ville de Saint-Amand-Montrond")
STRONG = "cheval agrafe pile correcte"


def refusal(password: str) -> str:
    """The code of the refusal, or nothing."""
    try:
        check_strength(password, words=WORDS)
    except Invalid as refused:
        (fault,) = refused.fields
        assert fault.path == "password"
        assert "{" not in str(fault)
        return fault.code
    return ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "short"),
        ("xK3$pq9!vLm", "short"),
        ("xK3$pq9!vLm2", ""),
        (STRONG, ""),
        ("é" * 6 + " grêle û œuf ß 漢字 🦊 kiwi", ""),
        ("a" * 64, "guessable"),
        ((STRONG + " ") * 7, ""),  # 196 characters: longer than what is measured, and accepted
        ((STRONG + " ") * 8, "long"),
        ("password1" * 8 + "z", "guessable"),
        ("azertyuiopqsdf", "guessable"),
        ("motdepasse2026!", "guessable"),
        ("Camille soleil", "guessable"),
        ("soleil soleil soleil", "guessable"),
        ("agent.dupont@saint-amand.test", "guessable"),
        ("Camille.Dupont1", "guessable"),
        ("Saint-Amand-Montrond", "guessable"),
        ("\ud800" * 12, "guessable"),
    ],
)
def test_a_password_is_refused_when_it_is_short_or_easily_guessed(password: str, code: str) -> None:
    assert refusal(password) == code


def test_sixty_four_characters_and_more_are_accepted() -> None:
    for length in (64, 72, 73, LONGEST):
        assert refusal(((STRONG + " f7 ") * 7)[:length]) == "", length


def test_the_common_passwords_that_zxcvbn_carries_are_what_refuses_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 12]
    assert len(common) > 200
    assert [word for word in common if refusal(word) != "guessable"] == []
    from zxcvbn import matching

    monkeypatch.setattr(matching, "RANKED_DICTIONARIES", {})
    assert len([word for word in common if not refusal(word)]) > 20, "without the lists, they would pass"


async def test_changing_it_ends_the_other_sessions_and_the_former_token_and_is_told_by_mail(
    world: World,
) -> None:
    async with Window.open(world) as window, Window.open(world) as other:
        caller, email = await person(world)
        await window.enter(caller)
        await other.enter(caller)
        before = window.token
        both = await window.call("PUT", "/me/password", {"current": "pas le bon", "password": "court"})
        assert {fault["path"] for fault in both.json()["errors"]} == {"current", "password"}
        assert await other.who() != 401
        done = await window.sends("/compte/mot-de-passe", current=PASSWORD, password=STRONG)
        assert done.status_code == 303
        assert window.token not in {"", before}
        assert (await window.who())["channel"] == "session"
        assert await other.who() == 401
        window.token = before
        assert await window.who() == 401
        statuses = [
            (await other.post("/sessions", {"email": email, "password": word})).status_code
            for word in (PASSWORD, STRONG)
        ]
        assert statuses == [403, 201]
        assert any("mot de passe a été changé" in mail for mail in await mails(world, email))


async def test_a_refused_password_is_never_shown_again(world: World) -> None:
    async with Window.open(world) as window:
        caller, _ = await person(world)
        await window.enter(caller)
        for path, form in (
            ("/compte/mot-de-passe", {"current": "secretissime", "password": "secretissime"}),
            ("/compte/adresse", {"email": "", "password": "secretissime"}),
            ("/compte/confirmer", {"password": "secretissime"}),
            ("/connexion", {"email": "", "password": "secretissime"}),
        ):
            answer = await window.sends(path, **form)
            assert (answer.status_code, "secretissime" in answer.text) == (422, False), path
