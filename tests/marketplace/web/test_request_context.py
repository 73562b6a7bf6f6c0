"""Around every answer: its id, and the headers that keep a browser safe."""

from uuid import UUID

from tests.support.world import World

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
