"""Where a startup works, and whether that is here. Pure: departments are given by code, regions already opened out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Territories:
    """`everywhere`: all of mainland France and Corsica. `departments`: those named, and those of the regions named.

    `overseas`: whether « everywhere » goes beyond the sea.
    """

    everywhere: bool = False
    departments: frozenset[str] = frozenset()
    overseas: bool = False

    @property
    def told(self) -> bool:
        return self.everywhere or bool(self.departments) or self.overseas


def is_overseas(department: str) -> bool:
    """Whether a department, or what stands for one, is overseas: its code begins with 97 or 98."""
    return department.startswith(("97", "98"))


def serves(territories: Territories, department: str) -> bool | None:
    """Whether a startup works in `department`; None when it has not said where it works."""
    if not territories.told:
        return None
    if department in territories.departments:
        return True
    return territories.overseas if is_overseas(department) else territories.everywhere
