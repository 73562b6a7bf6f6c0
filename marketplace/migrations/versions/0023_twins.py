"""What towns declare of their assets, and the programmes they are in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import protect, public

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MINE = "town_id = (select actor_organisation())"


def upgrade() -> None:
    op.add_column("epci", sa.Column("communes", sa.Integer(), nullable=True))
    op.add_column("epci", sa.Column("main_insee", sa.String(), nullable=True))
    op.create_index(op.f("ix_commune_population"), "commune", ["population"])
    op.create_table(
        "town_programme",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", "programme", name=op.f("pk_town_programme")),
    )
    public(["town_programme"])
    op.create_table(
        "town_assets",
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("declared", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["town_id"], ["organisation.id"], name=op.f("fk_town_assets_town_id")),
        sa.PrimaryKeyConstraint("town_id", name=op.f("pk_town_assets")),
    )
    mine = f"{MINE} and actor_kind() = 'town'"
    protect("town_assets", read=f"public or {MINE}", insert=mine, update=mine)


def downgrade() -> None:
    op.drop_table("town_assets")
    op.drop_table("town_programme")
    op.drop_index(op.f("ix_commune_population"), "commune")
    op.drop_column("epci", "main_insee")
    op.drop_column("epci", "communes")
