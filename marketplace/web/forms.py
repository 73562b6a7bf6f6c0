"""HTML forms: bound to a pydantic model with every error at once, shown again with what was typed.

    form = await Form.read(request, JoinForm)
    async with form.attempt(session):                 # a savepoint: a refusal leaves nothing half-done
        await joining.join(session, form.value(), …)
    if form.failed: return page(request, "board/join.html", form=form, status=422)

A field of the model is a field of the form. A list of models is sent as `lines-0-firm`, `lines-1-firm`… Blank optional
fields are left out, so that the model's default stands.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Generic, TypeVar, get_args, get_origin

from litestar import Request
from litestar.datastructures import UploadFile
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid
from marketplace.web import i18n
from marketplace.web.validation import from_pydantic

M = TypeVar("M", bound=BaseModel)


class Form(Generic[M]):
    """What was typed (`raw`, by field name), what it means (`value`), and what is wrong with it (`errors`, by field name)."""

    def __init__(
        self,
        raw: Mapping[str, Any] | None = None,
        *,
        value: M | None = None,
        faults: list[FieldError] | None = None,
    ) -> None:
        self.raw = dict(raw or {})
        self._value = value
        self.errors: dict[str, str] = {}
        self.general: list[str] = []
        for fault in faults or ():
            self._add(fault)

    @classmethod
    async def read(cls, request: Request[Any, Any, Any], model: type[M]) -> "Form[M]":
        """Bind the request's form to `model`."""
        sent = await request.form()
        raw = {name: sent.getall(name) for name in sent}
        plain = {name: values[-1] if len(values) == 1 else values for name, values in raw.items()}
        try:
            return cls(plain, value=model.model_validate(_collect(model, raw)))
        except ValidationError as error:
            return cls(plain, faults=list(from_pydantic(error.errors())))

    @property
    def failed(self) -> bool:
        return bool(self.errors or self.general)

    def value(self) -> M:
        """What the form means. Only to be asked inside `attempt`, which refuses an unsound form before it is."""
        if self._value is None:
            raise Invalid
        return self._value

    def get(self, name: str, default: object = "") -> Any:
        """What was typed in a field, for showing it again."""
        typed = self.raw.get(name, default)
        return "" if isinstance(typed, UploadFile) else typed

    @asynccontextmanager
    async def attempt(
        self, session: Session, *, names: Mapping[str, str] | None = None
    ) -> AsyncIterator[None]:
        """Run the domain's verb in a savepoint; a refusal becomes the form's errors. Anything else travels on.

        `names` gives the form's field for each of the verb's that is called otherwise.
        """
        if self.failed:
            yield
            return
        savepoint = await session.begin_nested()
        try:
            yield
            await savepoint.commit()
        except Invalid as refusal:
            await savepoint.rollback()
            for fault in refusal.fields:
                self._add(replace(fault, path=(names or {}).get(fault.path, fault.path)))
            if not refusal.fields:
                self.general.append(i18n.say(refusal))
        except Conflict as refusal:
            await savepoint.rollback()
            self.general.append(i18n.say(refusal))

    def _add(self, fault: FieldError) -> None:
        name = fault.path.replace("[", "-").replace("].", "-").replace("]", "").replace(".", "-")
        if name:
            self.errors.setdefault(name, i18n.say(fault))
        else:
            self.general.append(i18n.say(fault))


def _collect(model: type[BaseModel], sent: Mapping[str, list[Any]], prefix: str = "") -> dict[str, Any]:
    """The values of `model`'s fields as pydantic wants them, from a form's flat names."""
    found: dict[str, Any] = {}
    for attribute, field in model.model_fields.items():
        name = field.alias or attribute
        key = prefix + name
        inner = _row_model(field)
        if inner is not None:
            rows = sorted({int(n[len(key) + 1 :].split("-")[0]) for n in sent if _is_row(n, key)})
            collected = [_collect(inner, sent, f"{key}-{i}-") for i in rows]
            found[name] = [
                row for row in collected if any(value not in ("", None, []) for value in row.values())
            ]
            continue
        values = [v.strip() if isinstance(v, str) else v for v in sent.get(key, [])]
        if get_origin(_bare(field)) is list:
            found[name] = [v for v in values if v != ""]
        elif _bare(field) is bool:
            found[name] = bool(values) and values[-1] not in {"", "0", "false", "non"}
        elif values and values[-1] != "":
            found[name] = values[-1]
    return found


def _is_row(name: str, key: str) -> bool:
    number = name[len(key) + 1 :].split("-", maxsplit=1)[0]
    return name.startswith(f"{key}-") and number.isascii() and number.isdigit() and len(number) < 6


def _bare(field: FieldInfo) -> Any:
    kind = field.annotation
    choices = [arg for arg in get_args(kind) if arg is not type(None)]
    return choices[0] if len(choices) == 1 and get_origin(kind) is not list else kind


def _row_model(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return None
