"""The PostgreSQL index: a projection of published sheets, and the words it knows. Both can be lost and rebuilt."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class SearchEntry(Base):
    """One published sheet, as it is searched and shown in a list. Holds nothing that is not public."""

    __tablename__ = "search_entry"

    solution_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str]
    description: Mapped[str]
    supplier: Mapped[str]
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    maturity: Mapped[str]
    fictional: Mapped[bool]
    priced: Mapped[bool]
    words: Mapped[str] = mapped_column(TSVECTOR)
    version: Mapped[int]
    indexed_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_search_entry_words", "words", postgresql_using="gin"),
        Index("ix_search_entry_domains", "domains", postgresql_using="gin"),
    )


class SearchWord(Base):
    """A folded word that occurs in the index, and its stem: for recognising words and correcting typing mistakes."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(primary_key=True)
    stem: Mapped[str] = mapped_column(index=True)

    __table_args__ = (
        Index("ix_search_word_word", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )
