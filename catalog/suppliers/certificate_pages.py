"""Pages: a startup's candidature file: what is in it, what is missing, a document to add, the whole to take away."""

from typing import Any

from litestar import Request, Response, get, post

from catalog.suppliers import api, bundle, candidature, profile, queries, words
from catalog.suppliers.forms import CERTIFICATE_FIELDS, CertificateForm
from catalog.suppliers.kinds import RULES, CertificateKind
from catalog.suppliers.lifecycle import CertificateState
from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.files import accepting
from marketplace.files.api import attachment
from marketplace.web.creating import creating
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

HERE = "/espace-entreprise/candidature"


@get(HERE)
async def show(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    startup_id = by.require(OrganisationKind.STARTUP)
    found = await queries.certificates(reads, startup_id)
    standing = [one for one in found if one.replaced_at is None]
    today = clock.paris_day(await clock.now(reads))
    fine = {
        one.kind for one in standing if one.state is not CertificateState.REFUSED and not one.expired(today)
    }
    order = list(CertificateKind)
    return page(
        request, "suppliers/candidature.html", today=today, standing=sorted(standing, key=lambda one: (order.index(one.kind), one.title)),
        history=[one for one in found if one.replaced_at is not None], lacking=[r for r in RULES if r.expected and r.kind not in fine],
        may_edit=by.has(OrganisationKind.STARTUP, *profile.EDITORS), **words.names(),
    )  # fmt: skip


@get(f"{HERE}/ajouter")
async def offer_page(request: Request[Any, Any, Any], by: By) -> Response[str]:
    by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    asked = request.query_params.get("piece", "")
    kind = asked if asked in set(CertificateKind) else ""
    return _form(request, Form({"kind": kind} if kind else {}))


@post(f"{HERE}/ajouter", status_code=303, request_max_body_size=UPLOAD_LIMIT)
@creating
async def offer(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    by.require(OrganisationKind.STARTUP, *profile.EDITORS)
    form = await Form.read(request, CertificateForm)
    file = await accepting.offered(request, (await request.form()).get("file"), allowed=candidature.FILES)
    async with form.attempt(session, names=CERTIFICATE_FIELDS):
        if not form.failed:
            await candidature.offer(
                session, form.value().certificate(), file, folder=request.app.state.settings.files_dir, by=by,
                now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return _form(request, form)
    return redirect(HERE, N_("Le document est déposé : la relecture le vérifiera."))


@get(both(HERE))
async def export(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    startup_id = by.require(OrganisationKind.STARTUP)
    today = clock.paris_day(await clock.now(reads))
    found = await queries.certificates(reads, startup_id)
    return table_file(request, "candidature", bundle.HEADER, bundle.rows(found, today))


@get(f"{HERE}.zip")
async def download(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    return await api.whole(request, reads, by)


@get(f"{HERE}.pdf")
async def summary(reads: Reads, by: By) -> Response[bytes]:
    startup_id = by.require(OrganisationKind.STARTUP)
    today = clock.paris_day(await clock.now(reads))
    content = await bundle.summary(
        await queries.startup(reads, startup_id), await queries.profile(reads, startup_id),
        await queries.certificates(reads, startup_id), today,
    )  # fmt: skip
    return attachment(content, f"candidature-{today}.pdf", "application/pdf")


def _form(request: Request[Any, Any, Any], form: Form[Any]) -> Response[str]:
    return page(request, "suppliers/certificate.html", status=form.status, form=form, **words.names())


HANDLERS = [show, offer_page, offer, export, download, summary]
