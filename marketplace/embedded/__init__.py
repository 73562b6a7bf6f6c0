"""PostgreSQL and Valkey from their wheels, under our own launcher: no server to install, nothing left behind.

`engines(data_dir)` attaches to the engines that run on a data directory, or starts them and stops them at the end.
Both listen on unix sockets only. They are children that the kernel signals when their parent dies, even by kill -9.
"""

from marketplace.embedded.engines import Addresses, engines, running
from marketplace.embedded.processes import EngineError

__all__ = ["Addresses", "EngineError", "engines", "running"]
