"""Makes a release's fixture: what `tests/operation/test_upgrade.py` upgrades. Run it with the code of that release.

    git worktree add --detach /tmp/release 0.1.0-commit
    cd /tmp/release && …/python …/tests/operation/releases/make_release.py 0.1.0 FOLDER

Real towns of one department, fictional startups, and four pools made through the API of that release: one led to a paid
invoice, one with sealed offers before their deadline, one in its census, one abandoned. It writes `RELEASE.sql.gz`, the
plain dump of the owner, and `RELEASE.tar.gz`, the stored files. The key that sealed the offers is a constant.

0.1.0 is commit e725f7a (migrations up to 0004); 0.2.0 is commit 77a7b1d (up to 0013), whose publication asked for no checklist;
0.3.0 is commit a5b2846 (up to 0019); 0.4.0 is commit 744eb41 (up to 0025).
"""

import asyncio
import gzip
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64encode
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from marketplace import migrations
from marketplace.actor import OrganisationKind, Role
from marketplace.embedded import engines
from marketplace.embedded.engines import instance_secrets
from marketplace.embedded.postgres import binaries
from marketplace.settings import Settings
from marketplace.territories import loading
from marketplace.web.fonts import make_fonts
from tests.catalog.solutions.sheets import content
from tests.pages.pool_phases import phases
from tests.support import story
from tests.support.curating import publish
from tests.support.world import TOWN_ROLES, World

DEPARTMENT = "18"
SEAL_KEY = b64encode(b"fictional key of a test release.").decode()
PASSWORD = "mot de passe de la version précédente"


async def sheets(world: World) -> None:
    """One sheet in each state, since 0.2.0."""
    seller = await world.startup("Lumifictif")
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    for state in ("draft", "submitted", "published", "suspended"):
        made = await seller.did("/my/solutions", content(name=f"Lanterne {state}"))
        review = f"/reviews/{made['id']}"
        if state != "draft":
            await seller.did(f"/my/solutions/{made['id']}/submission")
        if state in {"published", "suspended"}:
            await publish(curator, made["id"])
        if state == "suspended":
            await curator.did(f"{review}/suspension", {"reason": "Prix à vérifier."})


async def live(settings: Settings) -> None:
    async with World.open(settings) as world:
        kept = f"department_code <> '{DEPARTMENT}'"
        await world.sql(
            f"delete from former_commune where present_insee in (select insee from commune where {kept})"
        )
        await world.sql(f"delete from commune where {kept}")
        await world.sql(
            "delete from epci e where not exists (select from commune c where c.epci_siren = e.siren)"
        )
        await world.town("18205")  # whom the first pool invites
        async for phase, told in phases(world):
            print(phase, told.path)
        sealed, consultation = await story.consulting(world, [("60", "6"), ("45", "0")])
        for seller, (_, steps) in zip(sealed.sellers[:3], story.GRIDS, strict=False):
            await seller.did(f"/consultations/{consultation}/quotes", story.offer(sealed.line, steps))
        census = await story.in_census(world, towns=3)
        abandoned = await story.opened(world, towns=2)
        await abandoned.coordinator.did(f"{abandoned.path}/abandonment", {"reason": "Le besoin a changé."})
        await sheets(world)
        agent = await world.member(census.coordinator.organisation, TOWN_ROLES, password=PASSWORD)
        print(await world.sql(f"select email from person where id = '{agent.actor.person_id}'"))
        await world.work()


def main(release: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="lc-release-") as place, engines(Path(place)) as found:
        data = Path(place)
        asyncio.run(migrations.upgrade(found.owner, app_role="lotcommun_app", worker_role="lotcommun_worker"))
        asyncio.run(loading.load(found.worker))
        make_fonts(data / "fonts")
        settings = Settings.read(
            {
                **found.environment(),
                **instance_secrets(data),
                "SEAL_KEY": SEAL_KEY,
                "MARKETPLACE_DATA_DIR": place,
                "MARKETPLACE_DEMO": "1",
                "MARKETPLACE_LOG_LEVEL": "ERROR",
            }
        )
        asyncio.run(live(settings))
        sockets = found.owner.partition("host=")[2]
        dump = [
            binaries() / "pg_dump",
            "-h",
            sockets,
            "-U",
            "lotcommun_owner",
            "-d",
            "lotcommun",
            "--no-owner",
            "--no-comments",
            "--restrict-key=lotcommun",
        ]
        plain = subprocess.run(dump, capture_output=True, check=True).stdout
        (folder / f"{release}.sql.gz").write_bytes(gzip.compress(plain, 9, mtime=0))
        with tarfile.open(folder / f"{release}.tar.gz", "w:gz") as archive:
            archive.add(data / "files", "files")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
