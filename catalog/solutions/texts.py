"""Texts of a sheet: plain, without HTML (`nh3` says what is) nor characters that reorder what is read."""

from typing import Annotated

from pydantic import AfterValidator, HttpUrl, StringConstraints, TypeAdapter

from marketplace.web.schemas import clean, no_html


def _web_address(value: str) -> str:
    return str(TypeAdapter(HttpUrl).validate_python(value))


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean), AfterValidator(no_html)
]
Phrase = Annotated[
    str, StringConstraints(min_length=1, max_length=500), AfterValidator(clean), AfterValidator(no_html)
]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=5000), AfterValidator(clean), AfterValidator(no_html)
]
Summary = Annotated[
    str, StringConstraints(min_length=1, max_length=1000), AfterValidator(clean), AfterValidator(no_html)
]
Description = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(clean), AfterValidator(no_html)
]
Tag = Annotated[
    str, StringConstraints(min_length=1, max_length=60), AfterValidator(clean), AfterValidator(no_html)
]
WebAddress = Annotated[str, StringConstraints(max_length=300), AfterValidator(_web_address)]
