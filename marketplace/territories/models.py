"""The facts of the COG year: public reference data, the same for everybody, written by the loader alone."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class Region(Base):
    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Department(Base):
    __tablename__ = "department"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(index=True)


class Epci(Base):
    """An intercommunality. `kind`: CC, CA, CU, METRO, MET69. `main_insee`: its most populous commune; `communes`: how many it has."""

    __tablename__ = "epci"

    siren: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    search_name: Mapped[str]
    kind: Mapped[str]
    population: Mapped[int | None]
    department_code: Mapped[str] = mapped_column(index=True)
    region_code: Mapped[str]
    communes: Mapped[int | None]
    main_insee: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_epci_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
    )


class Commune(Base):
    """A commune of the COG year. 94 have no SIREN, 98 no EPCI, 6 no population."""

    __tablename__ = "commune"

    insee: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    search_name: Mapped[str]
    department_code: Mapped[str] = mapped_column(index=True)
    region_code: Mapped[str] = mapped_column(index=True)
    siren: Mapped[str | None] = mapped_column(unique=True)
    population: Mapped[int | None] = mapped_column(index=True)
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"), index=True)
    postal_code: Mapped[str | None] = mapped_column(index=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    __table_args__ = (
        Index(
            "ix_commune_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
    )


class FormerCommune(Base):
    """An old, delegated or associated code, and the present commune it leads to. None is a present code."""

    __tablename__ = "former_commune"

    insee: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    search_name: Mapped[str]
    nature: Mapped[str]
    present_insee: Mapped[str] = mapped_column(ForeignKey("commune.insee"), index=True)

    __table_args__ = (
        Index(
            "ix_former_commune_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
    )


class TownProgramme(Base):
    """A commune in a national programme (`acv`: Action Cœur de Ville), as its project there is called."""

    __tablename__ = "town_programme"

    code: Mapped[str] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(primary_key=True)
    project: Mapped[str | None]
