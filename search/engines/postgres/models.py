"""The PostgreSQL index: a projection of published sheets, what each word weighs in each, and the words it knows.

All of it can be lost and rebuilt. Stems and words compare as bytes (`C`), so that one index finds them whole or by their beginning.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Float,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base

Folded = Text(collation="C")


class SearchEntry(Base):
    """One published sheet, as it is searched and shown in a list. Holds nothing that is not public."""

    __tablename__ = "search_entry"

    solution_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, Identity(), unique=True)
    """What `search_posting` calls it by."""
    slug: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str]
    problem: Mapped[str]
    description: Mapped[str]
    supplier: Mapped[str]
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audiences: Mapped[list[str]] = mapped_column(ARRAY(Text))
    maturity: Mapped[str]
    features: Mapped[list[str]] = mapped_column(ARRAY(Text))
    references: Mapped[int]
    published_on: Mapped[date | None]
    fictional: Mapped[bool]
    priced: Mapped[bool]
    version: Mapped[int]
    favour: Mapped[float] = mapped_column(Float)
    """What its score is multiplied by, for what it is: a running service, made for local authorities."""
    keys: Mapped[list[str]] = mapped_column(ARRAY(Folded))
    """Its stems, the weightiest first, then its phrases: all its postings."""
    gist: Mapped[list[float]] = mapped_column(ARRAY(REAL))
    """What the first of its keys weigh: what it is about."""
    digest: Mapped[int] = mapped_column(BigInteger)
    """A hash of its document: the exclusive or of all names the state of the index."""
    indexed_at: Mapped[datetime]

    __table_args__ = (Index("ix_search_entry_domains", "domains", postgresql_using="gin"),)


class SearchPosting(Base):
    """What a stem or a phrase weighs in one entry."""

    __tablename__ = "search_posting"

    key: Mapped[str] = mapped_column(Folded, primary_key=True)
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    impact: Mapped[float] = mapped_column(REAL)

    __table_args__ = (PrimaryKeyConstraint("key", "entry", postgresql_include=["impact"]),)


class SearchStem(Base):
    """How many entries hold a stem, and the root that it shares with others."""

    __tablename__ = "search_stem"

    stem: Mapped[str] = mapped_column(Folded, primary_key=True)
    root: Mapped[str] = mapped_column(Folded, index=True)
    entries: Mapped[int]


class SearchWord(Base):
    """A folded word that occurs in the index, and its stem: for words begun, and for correcting typing mistakes."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(Folded, primary_key=True)
    stem: Mapped[str] = mapped_column(Folded)

    __table_args__ = (
        Index("ix_search_word_word", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )


class SearchState(Base):
    """The one row that says what the index holds: how many entries, their digests together, and of which language."""

    __tablename__ = "search_state"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int]
    content: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str]
