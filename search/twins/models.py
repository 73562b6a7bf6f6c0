"""What a town declares of its assets: one row a town, saved whole."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json
from marketplace.ids import OrganisationId


class TownAssets(Base):
    """`declared`: by kind of asset (`assets.KINDS`), its `quantity` as a text and the `year` it was counted.

    `public`: the town's choice. Private figures count for the town's own comparisons and are read by nobody else.
    """

    __tablename__ = "town_assets"

    town_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    declared: Mapped[Json]
    public: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}
