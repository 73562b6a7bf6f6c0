"""Around every answer: its id, and the headers that keep a browser safe."""

from json import dumps
from uuid import UUID

from marketplace.settings import Settings
from marketplace.web.context import CONTENT_POLICY, DOWNLOAD_POLICY, HEADERS
from tests.support.visiting import changed, visitor
from tests.support.world import TOWN_ROLES, World

ADDRESSES = (
    "/",
    "/connexion",
    "/nulle-part",
    "/api/v1/towns",
    "/api/v1/nulle-part",
    "/healthz",
    "/static/nulle-part.css",
    "/schema/openapi.json",
)


async def test_every_answer_has_its_own_id_and_a_policy_that_runs_nothing_of_others(world: World) -> None:
    ids = set()
    for path in ADDRESSES:
        headers = (await world.http.get(path, headers={"X-Request-Id": "chosen-by-the-visitor"})).headers
        ids.add(UUID(headers["x-request-id"]))
        policy = dict(
            part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert path.startswith("/static/") or headers["cache-control"] == "no-store"
    assert len(ids) == len(ADDRESSES)


async def test_every_class_of_answer_has_the_headers(settings: Settings) -> None:
    """Pages, API, problems, static files, unknown addresses, wrong methods, too large bodies, other hosts, downloads."""
    public = changed(settings, web={"base_url": "https://achats.exemple.fr"})
    async with World.open(public) as world, visitor(world.app, base_url="https://achats.exemple.fr") as http:
        town = await world.town()
        key = town.headers
        json = {"Content-Type": "application/json"}
        answers = {
            "page": (200, await http.get("/connexion")),
            "private page": (200, await http.get("/compte/", headers=key)),
            "redirect": (303, await http.get("/compte", headers={"Accept": "text/html"})),
            "api": (200, await http.get("/api/v1/me", headers=key)),
            "problem": (401, await http.get("/api/v1/me")),
            "invalid": (422, await http.post("/api/v1/needs", json={}, headers=key)),
            "static": (200, await http.get("/static/site.css")),
            "no static": (404, await http.get("/static/nulle-part.css")),
            "unknown": (404, await http.get("/nulle-part")),
            "unknown api": (404, await http.get("/api/v1/nulle-part")),
            "method": (405, await http.patch("/api/v1/needs", headers=key)),
            "method of a page": (405, await http.put("/compte")),
            "format": (415, await http.post("/api/v1/needs", content=b"x", headers=key)),
            "large": (413, await http.post("/api/v1/needs", content=b"x" * 1_100_000, headers=key | json)),
            "host": (421, await http.get("/", headers={"Host": "ailleurs.test"})),
            "export": (200, await http.get("/factures.csv", headers=key)),
            "schema": (200, await http.get("/schema/openapi.json")),
            "probe": (200, await http.get("/healthz")),
        }
    for what, (status, answer) in answers.items():
        assert answer.status_code == status, what
        for name, value in HEADERS.items():
            if name != "Content-Security-Policy":
                assert answer.headers[name] == value, (what, name)
        assert answer.headers["strict-transport-security"] == "max-age=31536000", what
        policy = DOWNLOAD_POLICY if what == "export" else CONTENT_POLICY
        assert answer.headers["content-security-policy"] == policy, what
        assert "frame-ancestors 'none'" in policy
        assert ("no-store" in answer.headers["cache-control"]) == (what != "static"), what
        assert UUID(answer.headers["x-request-id"])
        assert "server" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_plain_http_promises_no_tls(world: World) -> None:
    assert "strict-transport-security" not in (await world.http.get("/")).headers


async def test_under_https_every_cookie_is_bound_to_this_host_and_kept_from_scripts(
    settings: Settings,
) -> None:
    public = changed(settings, web={"base_url": "https://achats.exemple.fr"})
    async with World.open(public) as world, visitor(world.app, base_url="https://achats.exemple.fr") as http:
        town = await world.town()
        assert town.organisation is not None
        person = (
            await world.member(town.organisation, TOWN_ROLES, password="un mot de passe assez long")
        ).actor
        email = f"{person.name.lower().replace(' ', '.')}@exemple.test"
        typed = {"email": email, "password": "un mot de passe assez long"}
        form = {"Origin": "https://achats.exemple.fr"}
        signed = await http.post("/connexion", data=typed, headers=form)
        language = await http.get("/langue/en")
        shown = await http.get("/compte")
        token = shown.text.split('name="_csrf" value="', 1)[1][:64]
        out = await http.post("/deconnexion", data={"_csrf": token}, headers=form)
        once = await http.get("/")
    assert "You are signed out" in once.text
    set_by = [
        part for answer in (signed, language, out, once) for part in answer.headers.get_list("set-cookie")
    ]
    assert {part.partition("=")[0] for part in set_by} == {
        "__Host-session",
        "__Host-langue",
        "__Host-message",
    }
    assert len(set_by) == 5
    for part in set_by:
        attributes = {attribute.strip().lower() for attribute in part.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes, part
        assert not [attribute for attribute in attributes if attribute.startswith("domain")]


async def test_a_sentence_to_show_once_is_only_ever_one_that_this_site_sealed(world: World) -> None:
    for said in ("sésame {a:>900000000}", "sésame, ouvre-toi", "sésame {a.__class__}"):
        forged = dumps({"said": said, "facts": {"a": 1}}).encode().hex()
        for cookie in (forged, f"{'0' * 64}.{forged}", f".{forged}"):
            page = await world.http.get("/", headers={"Cookie": f"message={cookie}"})
            assert (page.status_code, "sésame" in page.text) == (200, False)


async def test_pages_hold_no_inline_script_or_style_and_load_nothing_from_elsewhere(world: World) -> None:
    for path in ("/", "/connexion", "/solutions", "/achats", "/api", "/mentions-legales", "/nulle-part"):
        html = (await world.http.get(path)).text
        for forbidden in (
            "<style",
            " style=",
            "javascript:",
            " onclick=",
            " onload=",
            "<script>",
            'src="http',
            'src="//',
        ):
            assert forbidden not in html, f"{path}: {forbidden}"


async def test_a_static_file_is_kept_for_ever_under_the_address_of_its_content(world: World) -> None:
    html = (await world.http.get("/")).text
    address = html.split('href="/static/', 1)[1].split('"', 1)[0]
    answer = await world.http.get(f"/static/{address}")
    assert (answer.status_code, "?v=" in address) == (200, True)
    assert "immutable" in answer.headers["cache-control"]


async def test_static_files_are_only_those_of_their_folder(world: World) -> None:
    for path in (
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/fonts/%2e%2e/%2e%2e/x",
        "/static/%00",
        "/static/" + "a" * 300,
        "/static/" + "a/" * 3000,
        "/static/fonts/%00",
    ):
        answer = await world.http.get(path)
        assert answer.status_code in {400, 404}, path
        assert "create_app" not in answer.text
