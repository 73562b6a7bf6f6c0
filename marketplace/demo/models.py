"""The shift of the market's clock. One row; the application role may write it in demo mode only."""

from datetime import timedelta

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class ClockShift(Base):
    __tablename__ = "clock_shift"

    singleton: Mapped[bool] = mapped_column(primary_key=True, default=True)
    shift: Mapped[timedelta]

    __table_args__ = (
        CheckConstraint("singleton", name="one_row"),
        CheckConstraint("shift >= interval '0'", name="forward"),
    )
