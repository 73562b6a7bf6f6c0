"""A form of ours, from a page of ours, by the person it was shown to: anything else is refused."""

import re

import httpx

from tests.support.world import TOWN_ROLES, World

PASSWORD = "un mot de passe assez long"
NEED = {"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}
HERE = "http://localhost:8000"


async def browser(world: World, code: str = "18279") -> str:
    """Sign somebody of a town in, in this browser. Returns their token."""
    town = await world.town(code)
    assert town.organisation is not None
    person = (await world.member(town.organisation, TOWN_ROLES, password=PASSWORD)).actor
    world.http.cookies.clear()
    email = f"{person.name.lower().replace(' ', '.')}@exemple.test"
    answer = await world.http.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    return str(answer.json()["csrf_token"])


async def post(world: World, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    return await world.http.post("/api/v1/needs", json=NEED, headers=sent)  # type: ignore[arg-type]


async def test_a_session_writes_only_with_its_own_token_from_our_own_origin(world: World) -> None:
    foreign = await browser(world, "18033")
    token = await browser(world)
    assert token != foreign
    for headers in (
        {},
        {"X_CSRF_Token": ""},
        {"X_CSRF_Token": foreign},
        {"X_CSRF_Token": token[:-1] + "0g"},
        {"X_CSRF_Token": "\u00e9"},
        {"X_CSRF_Token": token, "Origin": "https://ailleurs.test"},
        {"X_CSRF_Token": token, "Origin": "null"},
        {"X_CSRF_Token": token, "Origin": HERE, "Sec_Fetch_Site": "cross-site"},
        {"X_CSRF_Token": token, "Sec_Fetch_Site": "same-site"},
    ):
        refused = await post(world, **headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "forged_request"), headers
    assert await world.sql("select count(*) from need") == 0
    for headers in ({}, {"Origin": HERE}, {"Sec_Fetch_Site": "same-origin"}):
        assert (await post(world, X_CSRF_Token=token, **headers)).status_code == 201
    assert await world.sql("select count(*) from need") == 3


async def test_a_key_needs_no_token_since_no_browser_sends_it_by_itself(world: World) -> None:
    town = await world.town()
    sent = {**town.headers, "Origin": "https://ailleurs.test"}
    assert (await world.http.post("/api/v1/needs", json=NEED, headers=sent)).status_code == 201


async def test_another_site_cannot_sign_somebody_in(world: World) -> None:
    for headers in ({"Origin": "https://ailleurs.test"}, {"Sec-Fetch-Site": "cross-site"}):
        page = await world.http.post(
            "/connexion", data={"email": "a@b.test", "password": "x"}, headers=headers
        )
        assert page.status_code == 403
        assert "ne vient pas de ce site" in page.text.replace("\u00a0", " ")


async def test_a_form_carries_its_token_in_a_field(world: World) -> None:
    await browser(world)
    shown = await world.http.get("/organisation/cles")
    token = re.search(r'name="_csrf" value="([0-9a-f]{64})"', shown.text)
    assert token is not None
    for name, sent in (("plain", {}), ("multipart", {"files": {"vide": ("", b"")}})):
        form = {"name": name, "scope": "read"}
        refused = await world.http.post("/organisation/cles", data=form, **sent)  # type: ignore[arg-type]
        assert refused.status_code == 403
        made = await world.http.post("/organisation/cles", data={**form, "_csrf": token[1]}, **sent)  # type: ignore[arg-type]
        assert (made.status_code, "lc_" in made.text) == (200, True)
        assert await world.sql("select count(*) from api_key where name = :name", name=name) == 1


async def test_no_form_of_ours_lacks_its_token(world: World) -> None:
    await browser(world)
    found = 0
    for path in ("/", "/compte", "/achats", "/solutions", "/besoins/nouveau", "/achats/nouveau"):
        shown = await world.http.get(path, follow_redirects=True)
        for form in re.findall(r"<form[^>]*method=\"?post.*?</form>", shown.text, re.DOTALL | re.IGNORECASE):
            assert 'name="_csrf"' in form, f"{path}: {form[:200]}"
            found += 1
    assert found > 3
