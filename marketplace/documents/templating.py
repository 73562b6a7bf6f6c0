"""Filling Markdown templates: sandboxed Jinja, strict about what is missing, every value escaped as text."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from marketplace.money import euros

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!])")


def _escaped(value: object) -> object:
    return _SPECIAL.sub(r"\\\1", value.replace("\n", " ")) if isinstance(value, str) else value


def _french_date(day: date) -> str:
    return day.strftime("%d/%m/%Y")


_environment = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, finalize=_escaped
)
_environment.filters |= {"euros": euros, "date": _french_date}


def render(template: str, values: Mapping[str, Any]) -> str:
    """The Markdown of `template` with `values`. Raises `jinja2.UndefinedError` for one that is missing: a fault of ours."""
    return _environment.from_string(template).render(values)
