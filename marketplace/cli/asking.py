"""Commands that answer from the rules alone, without a database: a simulation, the compass, a document."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from marketplace.cli.terminal import AsJson, app, print_, say


@app.command()
def simulate(file: str) -> None:
    """Consolider un achat groupé sans base de données : un fichier JSON en entrée, un document JSON en sortie."""
    from procurement.allocation import consolidate, document_bytes, read_file

    sys.stdout.buffer.write(document_bytes(consolidate(read_file(file))))
    sys.stdout.buffer.flush()


@app.command()
def compass(
    nature: Annotated[str, typer.Option(help="supplies, services ou works.")],
    amount_ht: Annotated[str, typer.Option("--amount-ht", help="Valeur totale du besoin, en euros HT.")],
    buyer: Annotated[
        str, typer.Option(help="Acheteur : local (collectivités et leurs établissements).")
    ] = "local",
    innovative: Annotated[
        bool, typer.Option("--innovative", help="La solution est innovante (L2172-3).")
    ] = False,
    date: Annotated[
        str | None, typer.Option(help="Jour d’engagement de la consultation (AAAA-MM-JJ).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Dire quelle procédure impose un montant, avec les règles datées."""
    from procurement.compass.asking import ask

    decision, sentence = ask(
        nature=nature, amount_ht=amount_ht, buyer=buyer, innovative=innovative, date=date
    )
    print_(decision.document(), as_json, sentence)


@app.command()
def document(
    kind: str,
    data: Annotated[Path, typer.Option("--data", help="Valeurs du modèle, en JSON.")],
    out: Annotated[Path, typer.Option("--out", help="Fichier à écrire (.pdf).")],
) -> None:
    """Remplir un modèle de convention."""
    from procurement.conventions.drafting import write_document

    write_document(kind, data, out)
    say(f"{out} est écrit.")
