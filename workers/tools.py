"""What handlers need besides the transaction and the event: the outside world, one door each."""

from dataclasses import dataclass, field
from pathlib import Path

from marketplace.db import Database
from marketplace.jobs import CHUNK_SIZE
from marketplace.settings import Settings
from search.index.engines import Engines


@dataclass(frozen=True, slots=True)
class Tools:
    """Made once a process by `workers.main`."""

    settings: Settings
    database: Database
    chunk_size: int = CHUNK_SIZE
    engines: Engines = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "engines", Engines.of(self.settings))

    @property
    def files_dir(self) -> Path:
        return self.settings.files_dir

    @property
    def seal_key(self) -> str | None:
        key = self.settings.seal.key
        return key.get_secret_value() if key else None
