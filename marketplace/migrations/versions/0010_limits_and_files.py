"""Counts of tries, places known as an account's own, and what is known of a file."""

import sqlalchemy as sa
from alembic import op

from marketplace.migrations.policies import function, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "try_count",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_try_count")),
    )
    op.create_index(op.f("ix_try_count_expires_at"), "try_count", ["expires_at"], unique=False)
    op.create_table(
        "own_place",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_own_place")),
    )
    op.create_index(op.f("ix_own_place_expires_at"), "own_place", ["expires_at"], unique=False)
    # the application touches neither but through the functions below, one exact key at a time
    protect("try_count")
    protect("own_place")
    function(
        "count_try(digest bytea, most integer, seconds integer)", "table(tries integer, wait integer)",
        """insert into try_count as t (key, tries, expires_at)
            values (digest, 1, clock_timestamp() + make_interval(secs => seconds))
            on conflict (key) do update set
                tries = case when t.expires_at <= clock_timestamp() then 1 else least(t.tries, most) + 1 end,
                expires_at = case when t.expires_at <= clock_timestamp()
                    then clock_timestamp() + make_interval(secs => seconds) else t.expires_at end
            returning t.tries, ceil(extract(epoch from t.expires_at - clock_timestamp()))::integer""",
        definer=True, volatile=True,
    )  # fmt: skip
    function(
        "forget_tries(digests bytea[])", "void",
        "delete from try_count where key = any(digests)", definer=True, volatile=True,
    )  # fmt: skip
    function(
        "know_place(digest bytea, seconds integer)", "void",
        """insert into own_place (key, expires_at) values (digest, now() + make_interval(secs => seconds))
            on conflict (key) do update set expires_at = excluded.expires_at""",
        definer=True, volatile=True,
    )  # fmt: skip
    function(
        "is_own_place(digest bytea)", "boolean",
        "select exists (select from own_place where key = digest and expires_at > now())", definer=True,
    )  # fmt: skip
    op.add_column("stored_file", sa.Column("declared_type", sa.String(), nullable=True))
    op.add_column("stored_file", sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("stored_file", "scanned_at")
    op.drop_column("stored_file", "declared_type")
    op.execute("drop function is_own_place(bytea)")
    op.execute("drop function know_place(bytea, integer)")
    op.execute("drop function forget_tries(bytea[])")
    op.execute("drop function count_try(bytea, integer, integer)")
    op.drop_table("own_place")
    op.drop_table("try_count")
