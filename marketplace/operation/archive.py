"""The archive: a tar of `database.dump`, `files/…`, and last its `manifest.json`, which holds the hash of all the rest.

The manifest comes last, so an archive that was cut short has none, and is refused before anything is touched.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from marketplace.embedded import EngineError

FORMAT = 1
DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"

Advance = Callable[[str, int, int], None]


class BadArchive(EngineError):
    """The archive cannot be read, or is not what was written."""


@dataclass(frozen=True, slots=True)
class Content:
    """One table's rows, counted and hashed."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds. `roles` are the names that its policies and privileges are given to, by their use."""

    version: str
    revision: str
    postgresql: int
    programs: int
    made_at: str
    instance: str
    roles: dict[str, str]
    tables: dict[str, Content]
    dump_size: int
    dump_sha256: str
    files: dict[str, str] = field(default_factory=dict)
    left_aside: dict[str, str] = field(default_factory=dict)
    keys_left_out: list[str] = field(default_factory=list)

    def dumped(self) -> bytes:
        return json.dumps(
            {"product": "lot-commun", "format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1
        ).encode()

    @classmethod
    def loaded(cls, content: bytes) -> "Manifest":
        try:
            given: dict[str, Any] = json.loads(content)
            if given.pop("product") != "lot-commun":
                raise BadArchive("Cette archive n’est pas une sauvegarde de Lot Commun.")
            if (form := given.pop("format")) != FORMAT:
                raise BadArchive(
                    f"Cette sauvegarde est d’un format plus récent ({form}). Mettez ce programme à jour."
                )
            tables = {name: Content(**content) for name, content in given.pop("tables").items()}
            for file in given["files"]:
                UUID(file)
            return cls(tables=tables, **given)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadArchive(
                "Le manifeste de l’archive est illisible : prenez une autre sauvegarde."
            ) from error


@contextmanager
def writing(path: Path, *, force: bool) -> Iterator[tarfile.TarFile]:
    """An archive that appears at `path` whole, synced and readable by us alone, or not at all."""
    path = path.absolute()
    if path.exists() and not force:
        raise EngineError(f"{path} existe déjà : donnez un autre nom, ou --force pour le remplacer.")
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
    ) as part:
        try:  # made with mode 0600
            with tarfile.open(fileobj=part, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield tar
            part.flush()
            os.fsync(part.fileno())
            if force:
                Path(part.name).replace(path)
            else:
                _link(Path(part.name), path)
        finally:
            Path(part.name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """A folder of ours on the archive's own disk, where there must be room anyway."""
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=f".{path.name}.") as folder:
        yield Path(folder)


def _link(part: Path, path: Path) -> None:
    try:
        os.link(part, path)  # never over what somebody else wrote meanwhile
    except FileExistsError:
        raise EngineError(
            f"{path} existe déjà : donnez un autre nom, ou --force pour le remplacer."
        ) from None
    except OSError:  # a file system without hard links
        part.replace(path)


def add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def add_file(tar: tarfile.TarFile, name: str, path: Path) -> tuple[int, str]:
    """Add the file at `path`. Returns its size and its hash."""
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        tar.addfile(member, content)
    return size, sha256


class Archive:
    """An archive opened to be read. Members are only ever taken by the names that the manifest gives."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        try:
            self._members = {member.name: member for member in tar.getmembers() if member.isreg()}
        except (tarfile.TarError, OSError, EOFError) as error:
            raise BadArchive("L’archive est abîmée ou incomplète : prenez une autre sauvegarde.") from error
        if MANIFEST not in self._members:
            raise BadArchive(
                "L’archive n’a pas de manifeste : elle est incomplète, ou n’est pas une sauvegarde de Lot Commun."
            )
        self.manifest = Manifest.loaded(self.open(MANIFEST).read())

    def open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[name]) if name in self._members else None
        if found is None:
            raise BadArchive(f"L’archive ne contient pas « {name} », que son manifeste annonce.")
        return found

    def file(self, file_id: str) -> bytes:
        return self.open(f"{FILES}/{file_id}").read()

    def check(self, advance: Advance) -> None:
        """Raise `BadArchive` naming the first member that is not what the manifest says."""
        expected = {DUMP: self.manifest.dump_sha256} | {
            f"{FILES}/{file_id}": sha256 for file_id, sha256 in self.manifest.files.items()
        }
        for done, (name, sha256) in enumerate(expected.items(), 1):
            try:
                found = hashlib.file_digest(self.open(name), "sha256").hexdigest()  # type: ignore[arg-type]
            except (tarfile.TarError, OSError, EOFError) as error:
                raise BadArchive(
                    f"« {name} » est illisible dans l’archive : prenez une autre sauvegarde."
                ) from error
            if found != sha256:
                raise BadArchive(f"« {name} » a été altéré dans l’archive : prenez une autre sauvegarde.")
            advance("Vérification", done, len(expected))


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """The archive at `path`. Raises `BadArchive`."""
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115  closed below; its failure to open has its own sentence
    except tarfile.TarError as error:
        raise BadArchive(f"{path} n’est pas une sauvegarde de Lot Commun, ou est incomplet.") from error
    with tar:
        yield Archive(tar)
