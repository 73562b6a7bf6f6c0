"""The directory: sheets with their whole content, their revisions, and what is projected from them.

What existed becomes the first revision of each sheet: accepted for one that was published, open for a draft.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from marketplace.migrations.policies import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OURS = "s.startup_id = (select actor_organisation())"
CURATOR = "(select actor_has('curator'))"
OWN = f"exists (select from solution s where s.id = solution_id and ({OURS} or {CURATOR}))"
SEEN = "exists (select from solution s where s.id = solution_id)"
"""The policies of `solution` apply inside this question."""
PUBLISHED = "exists (select from solution s where s.id = solution_id and s.state = 'published')"
TEXTS = sa.text("'{}'")


def upgrade() -> None:
    columns()
    revisions()
    parts()
    first_revisions()
    op.drop_constraint("solutionstate", "solution", type_="check")
    op.execute("update solution set state = 'draft' where state = 'submitted'")
    op.create_check_constraint(
        "solutionstate", "solution", "state in ('draft', 'published', 'suspended', 'archived')"
    )


def downgrade() -> None:
    op.drop_constraint("solutionstate", "solution", type_="check")
    op.execute(
        """update solution set state = 'submitted' from solution_revision r
        where r.solution_id = solution.id and solution.state = 'draft' and r.state in ('submitted', 'in_review')"""
    )
    op.create_check_constraint(
        "solutionstate", "solution", "state in ('draft', 'submitted', 'published', 'suspended', 'archived')"
    )  # fmt: skip
    for table in (
        "solution_change", "solution_attachment", "solution_reference", "solution_confidential", "solution_revision",
    ):  # fmt: skip
        op.drop_table(table)
    for column in (
        "problem", "cpv", "deployment_weeks_min", "deployment_weeks_max", "town_provides", "contract_forms", "answers",
        "published_at", "revised_at",
    ):  # fmt: skip
        op.drop_column("solution", column)


def columns() -> None:
    for column in (
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        sa.Column("cpv", postgresql.ARRAY(sa.Text()), server_default=TEXTS, nullable=False),
        sa.Column("deployment_weeks_min", sa.Integer(), nullable=True),
        sa.Column("deployment_weeks_max", sa.Integer(), nullable=True),
        sa.Column("town_provides", sa.String(), server_default="", nullable=False),
        sa.Column("contract_forms", postgresql.ARRAY(sa.Text()), server_default=TEXTS, nullable=False),
        sa.Column("answers", postgresql.JSONB(), server_default=TEXTS, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("solution", column)


def revisions() -> None:
    op.create_table(
        "solution_revision",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("changed", postgresql.ARRAY(sa.Text()), server_default=TEXTS, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "submitted", "in_review", "accepted", "withdrawn",
                name="revisionstate", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["solution_id"], ["solution.id"], name=op.f("fk_solution_revision_solution_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_solution_revision_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_revision")),
        sa.UniqueConstraint("solution_id", "number", name=op.f("uq_solution_revision_solution_id_number")),
    )  # fmt: skip
    op.create_index(op.f("ix_solution_revision_solution_id"), "solution_revision", ["solution_id"])
    op.create_index(op.f("ix_solution_revision_state"), "solution_revision", ["state"])
    op.create_index(
        "uq_solution_revision_open", "solution_revision", ["solution_id"], unique=True,
        postgresql_where=sa.text("state in ('draft', 'submitted', 'in_review')"),
    )  # fmt: skip
    protect("solution_revision", read=OWN, insert=OWN, update=OWN)


def parts() -> None:
    whose = sa.ForeignKeyConstraint
    op.create_table(
        "solution_confidential",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("contacts", postgresql.JSONB(), nullable=False),
        whose(["solution_id"], ["solution.id"], name=op.f("fk_solution_confidential_solution_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("solution_id", name=op.f("pk_solution_confidential")),
    )  # fmt: skip
    asked = f"{OWN} or ((select actor_kind()) in ('town', 'supervisor', 'association') and {PUBLISHED})"
    protect("solution_confidential", read=asked, insert=OWN, update=OWN, delete=OWN)
    op.create_table(
        "solution_reference",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("town_name", sa.String(), nullable=False),
        sa.Column("insee", sa.String(), nullable=True),
        sa.Column("siren", sa.String(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("indicators", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        whose(["solution_id"], ["solution.id"], name=op.f("fk_solution_reference_solution_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("solution_id", "id", name=op.f("pk_solution_reference")),
    )  # fmt: skip
    op.create_index(op.f("ix_solution_reference_insee"), "solution_reference", ["insee"])
    op.create_index(op.f("ix_solution_reference_siren"), "solution_reference", ["siren"])
    protect("solution_reference", read=SEEN, insert=OWN, update=OWN, delete=OWN)
    op.create_table(
        "solution_attachment",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("alt", sa.String(), nullable=True),
        whose(["solution_id"], ["solution.id"], name=op.f("fk_solution_attachment_solution_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("solution_id", "file_id", name=op.f("pk_solution_attachment")),
    )  # fmt: skip
    protect("solution_attachment", read=SEEN, insert=OWN, update=OWN, delete=OWN)
    op.create_table(
        "solution_change",
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "published", "revised", "suspended", "reinstated", "archived",
                name="changekind", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("changed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        whose(["solution_id"], ["solution.id"], name=op.f("fk_solution_change_solution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_change")),
    )  # fmt: skip
    op.create_index(op.f("ix_solution_change_solution_id"), "solution_change", ["solution_id"])
    op.create_index(op.f("ix_solution_change_at"), "solution_change", ["at"])
    protect("solution_change", read="true", insert=OWN)


def first_revisions() -> None:
    """Each sheet's content as its first revision, and the news of its publication on the day it was published."""
    op.execute(
        """
        insert into solution_revision (id, solution_id, number, base, content, state, state_since, submitted_at, decided_at,
            reason, version)
        select gen_random_uuid(), s.id, 1, 0,
            jsonb_strip_nulls(jsonb_build_object(
                'name', s.name, 'summary', nullif(s.summary, ''), 'description', nullif(s.description, ''),
                'domains', case when cardinality(s.domains) > 0 then to_jsonb(s.domains) end,
                'tags', case when cardinality(s.tags) > 0 then to_jsonb(s.tags) end,
                'audiences', case when cardinality(s.audiences) > 0 then to_jsonb(s.audiences) end,
                'maturity', s.maturity, 'website', s.website, 'since', s.since,
                'prices', (
                    select jsonb_agg(jsonb_build_object('label', p.label, 'unit', p.unit, 'basis', p.basis,
                        'vat_rate', trim_scale(p.vat_rate)::text, 'mode', p.mode, 'steps', p.steps) order by p.position)
                    from price_line p where p.solution_id = s.id
                )
            )),
            case s.state when 'draft' then 'draft' when 'submitted' then 'submitted' else 'accepted' end, s.state_since,
            case when s.state = 'submitted' then s.state_since end,
            case when s.state not in ('draft', 'submitted') then s.state_since end, s.review_reason, 1
        from solution s
        """
    )
    op.execute(
        """
        update solution set published_at = state_since, revised_at = state_since
        where state in ('published', 'suspended', 'archived')
        """
    )
    op.execute(
        """
        insert into solution_change (id, solution_id, kind, slug, name, changed, at)
        select gen_random_uuid(), id, 'published', slug, name, '{}', published_at from solution where state = 'published'
        """
    )
