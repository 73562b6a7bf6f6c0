"""Commands about the people of an installation."""

import asyncio
from typing import Annotated, Any

import typer

from marketplace.cli.terminal import DataDir, app, say


@app.command("create-admin")
def create_admin(
    email: str,
    organisation: Annotated[
        str | None, typer.Option(help="Nom de l’équipe de suivi, créée si elle n’existe pas.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Créer un administrateur de l’équipe de suivi, et son mot de passe, affiché une fois. Un compte connu garde le sien."""
    from marketplace.accounts.first_admin import ORGANISATION, make_first_admin
    from marketplace.launch.instance import instance, worker_database

    async def run(settings: Any) -> str | None:
        async with worker_database(settings) as database:
            return await make_first_admin(
                database, email, ORGANISATION if organisation is None else organisation
            )

    with instance(data_dir, say=say) as settings:
        password = asyncio.run(run(settings))
    if password is None:
        say("Ce compte administre maintenant l’équipe ; son mot de passe n’a pas changé.")
        return
    print(password)
    say("Ce mot de passe n’est montré qu’une fois : changez-le après la première connexion.")


@app.command("forget-factors")
def forget_factors(email: str, data_dir: DataDir = None) -> None:
    """Oublier les codes et les clés d’accès d’une personne qui les a perdus ; assurez-vous d’abord de qui demande."""
    from marketplace.actor import SYSTEM
    from marketplace.launch.instance import instance, worker_database
    from marketplace.sign_in import lost

    async def run(settings: Any) -> None:
        async with worker_database(settings) as database, database.transaction(SYSTEM) as session:
            await lost.forget_factors(session, email)

    with instance(data_dir, say=say) as settings:
        asyncio.run(run(settings))
    say("C’est fait : son mot de passe suffit, ses sessions sont fermées, un courriel le lui dit.")
