"""HTML forms: bound to a pydantic model with every error at once, shown again with what was typed.

    form = await Form.read(request, JoinForm)
    async with form.attempt(session):                 # a savepoint: a refusal leaves nothing half-done
        await joining.join(session, form.value(), …)
    if form.failed: return page(request, "board/join.html", form=form, status=422)

A field of the model is a field of the form. A list of models is sent as `lines-0-firm`, `lines-1-firm`… Blank optional
fields are left out, so that the model's default stands.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Generic, TypeVar, get_args, get_origin

from litestar import Request
from litestar.datastructures import UploadFile
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, StaleVersion
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
        self.stale = False
        for fault in faults or ():
            self.add(fault)

    @classmethod
    async def read(cls, request: Request[Any, Any, Any], model: type[M]) -> "Form[M]":
        """Bind the request's form to `model`."""
        return cls.bind(await sent_of(request), model)

    @classmethod
    def bind(
        cls, raw: Mapping[str, list[Any]], model: type[M], *, names: Callable[[str], str] = lambda path: path
    ) -> "Form[M]":
        """Bind what was sent (`sent_of`), or what was made of it, to `model`.

        `names` gives the field where what is wrong at a path is told, where that is another.
        """
        plain = {name: values[-1] if len(values) == 1 else values for name, values in raw.items()}
        try:
            return cls(plain, value=model.model_validate(_collect(model, raw)))
        except ValidationError as error:
            faults = from_pydantic(error.errors())
            return cls(plain, faults=[replace(fault, path=names(fault.path)) for fault in faults])

    @property
    def failed(self) -> bool:
        return bool(self.errors or self.general)

    @property
    def status(self) -> int:
        """How a page that shows the form answers: 412 when somebody was quicker, 422 when something is wrong."""
        return 412 if self.stale else 422 if self.failed else 200

    def version_read(self, present: int) -> int:
        """The version that the form carries when it is shown: still the one that was read when somebody was quicker, so
        that sending it again overwrites nothing; else the present one.
        """
        sent = str(self.raw.get("version", ""))
        return int(sent) if self.stale and sent.isascii() and sent.isdigit() else present

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
        self, session: Session, *, names: Mapping[str, str] | Callable[[str], str] | None = None
    ) -> AsyncIterator[None]:
        """Run the domain's verb in a savepoint; a refusal becomes the form's errors. Anything else travels on.

        `names` gives the form's field for each of the verb's that is called otherwise. `stale` then says whether the
        refusal is that somebody else changed it meanwhile.
        """
        place = names if callable(names) else lambda path: (names or {}).get(path, path)
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
                self.add(replace(fault, path=place(fault.path)))
            if not refusal.fields:
                self.general.append(i18n.say(refusal))
        except Conflict as refusal:
            await savepoint.rollback()
            self.stale = isinstance(refusal, StaleVersion)
            self.general.append(i18n.say(refusal))

    def add(self, fault: FieldError) -> None:
        """Tell `fault` at its field, or above the form when it names none."""
        name = fault.path.replace("[", "-").replace("].", "-").replace("]", "").replace(".", "-")
        if name:
            self.errors.setdefault(name, i18n.say(fault))
        else:
            self.general.append(i18n.say(fault))


async def sent_of(request: Request[Any, Any, Any]) -> dict[str, list[Any]]:
    """What a request's form sent, by field name."""
    sent = await request.form()
    return {name: sent.getall(name) for name in sent}


def compacted(
    sent: Mapping[str, list[Any]], key: str, *, besides: Collection[str] = ()
) -> dict[str, list[Any]]:
    """`sent` with the rows of `key` in which nothing is written taken out, and the others renumbered from 0.

    Without it, an error would be told of another row than the one on the page. `besides` names the fields of a row that are
    never empty (a choice has a first option): alone, they are nothing written.
    """
    rows: dict[int, dict[str, list[Any]]] = {}
    kept: dict[str, list[Any]] = {}
    for name, values in sent.items():
        if _is_row(name, key):
            number, _, rest = name[len(key) + 1 :].partition("-")
            rows.setdefault(int(number), {})[rest] = values
        else:
            kept[name] = values
    written = [
        row
        for _, row in sorted(rows.items())
        if any(
            rest not in besides and any(not isinstance(v, str) or v.strip() for v in values)
            for rest, values in row.items()
        )
    ]
    for i, row in enumerate(written):
        kept |= {f"{key}-{i}-{rest}": values for rest, values in row.items()}
    return kept


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
