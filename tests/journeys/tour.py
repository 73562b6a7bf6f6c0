"""What is looked at after each step of the purchase, by whom: barriers (axe), width, and what the browser complains of."""

from collections.abc import Callable

from tests.journeys import purchase
from tests.journeys.purchase import Cast
from tests.support.browser import Somebody

SMALL, WIDE = {"width": 320, "height": 800}, {"width": 1280, "height": 900}
ORDINARY = [
    "/solutions",
    "/regles",
    "/inscription",
    "/connexion",
    "/mentions-legales",
    "/accessibilite",
    "/donnees-personnelles",
    "/contact",
    "/api",
]
Stops = list[tuple[Somebody, str]]


async def look_around(cast: Cast, after: Callable[..., object]) -> list[str]:
    """Everything wrong with the pages that this step brought, one line each."""
    found: list[str] = []
    for somebody, path in _stops(cast)[after]:
        await somebody.goes(path)
        found += await wrong_with(somebody)
    return found


def _stops(cast: Cast) -> dict[Callable[..., object], Stops]:
    agent, town, startup, pool = cast.agent, cast.other_town, cast.startup, cast.pool
    return {
        purchase.state_a_need_and_open_a_pool: [
            (agent, "/"),
            (agent, "/?besoin=capteurs+de+stationnement&ville=Vierzon&quantite=40"),
            *((agent, path) for path in ORDINARY),
            (agent, pool),
            (agent, "/achats/nouveau"),
        ],
        purchase.invite_join_and_declare: [(agent, pool), (town, pool + "/rejoindre"), (town, "/achats"), (agent, pool + "/suite")],
        purchase.close_the_census_and_commit: [(agent, pool), (agent, pool + "/consultation")],
        purchase.ask_for_offers_and_receive_one: [
            (startup, startup.path),
            (startup, "/espace-entreprise"),
            (startup, "/espace-entreprise/mandat"),
            (startup, "/espace-entreprise/fiches/nouvelle"),
            (startup, "/compte"),
        ],
        purchase.compare_award_and_notify: [(agent, pool + "/offres"), (agent, pool)],
        purchase.order_deliver_and_accept: [(town, town.path), (town, "/commandes")],
        purchase.invoice_and_pay: [(startup, startup.path), (startup, "/factures")],
        purchase.supervise: [(cast.supervisor, "/suivi"), (cast.supervisor, pool)],
        purchase.close_the_pool: [(agent, pool), (agent, "/demo/horloge"), (agent, "/demo/courriels"), (agent, "/nulle-part")],
    }  # fmt: skip


async def wrong_with(somebody: Somebody) -> list[str]:
    page = somebody.page
    found = []
    found += await somebody.barriers()
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {barrier}" for barrier in await somebody.barriers(only_contrast=True)]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    found += [f"{somebody.path} at 320 px: {part}" for part in await somebody.overflow()]
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    found += [f"{somebody.path}: {complaint}" for complaint in somebody.complaints]
    somebody.complaints.clear()
    return found
