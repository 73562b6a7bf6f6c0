"""A section of a profile that a colleague saved meanwhile is never overwritten by pressing the button again."""

from marketplace.accounts.models import Organisation
from tests.pages.reader import Page, Reader
from tests.support.world import SELLER_ROLES, World

PATH = "/espace-entreprise/profil/identite"


async def test_whoever_was_slower_is_told_twice_and_overwrites_nothing(world: World) -> None:
    seller = await world.startup()
    assert isinstance(seller.organisation, Organisation)
    slower = await Reader.arrive(world, "somebody", seller.organisation, SELLER_ROLES)
    page = await slower.reads(PATH)
    sent = page.form(PATH)
    quicker = await seller.put("/my/supplier/identity", {"presentation": "La collègue."}, If_Match="0")
    assert quicker.status_code == 200, quicker.text
    for _ in range(2):
        refused = await slower.http.post(PATH, data=sent | {"presentation": "Le retard."})
        assert refused.status_code == 412
        shown = Page.of(PATH, refused)
        assert not shown.faults() and "Le retard." in refused.text
        sent = shown.form(PATH)
    assert await world.sql("select presentation from supplier") == "La collègue."
