"""The command `marketplace`. Each command parses, calls one function, and prints; `--json` prints one document.

Exit status: 0 on success, 2 for bad input (one line on standard error), 1 otherwise.
"""

import sys
from typing import NoReturn

import typer

# in the order in which the help lists their commands
# isort: off
from marketplace.cli import running
from marketplace.cli import indexing
from marketplace.cli import loading
from marketplace.cli import asking
from marketplace.cli import evaluating
from marketplace.cli import accounts
from marketplace.cli import operating
from marketplace.cli import journal

# isort: on
from marketplace.cli.terminal import app, end, say
from marketplace.embedded.processes import EngineError
from marketplace.errors import DomainError, Invalid

__all__ = [
    "accounts",
    "app",
    "asking",
    "evaluating",
    "indexing",
    "journal",
    "loading",
    "main",
    "operating",
    "running",
]


def main() -> NoReturn:
    """The entry point: turns every outcome into its exit status and its one line."""
    try:
        status = app(standalone_mode=False, prog_name="marketplace")
    except typer.Abort:
        end(1, "interrompu")
    except typer.TyperException as error:
        said = error.format_message()
        if said.startswith("Usage:"):  # no command was given: the help, as it is laid out
            say(said)
            sys.exit(2)
        end(2, said)
    except (Invalid, EngineError) as error:
        end(2 if isinstance(error, Invalid) else 1, str(error))
    except DomainError as error:
        end(1, str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        end(1, f"{error.strerror or error}{f' : {error.filename}' if error.filename else ''}")
    except Exception as error:
        from marketplace.db import as_unavailable

        known = as_unavailable(error)
        if known is None:
            raise
        end(1, f"{known} ({str(getattr(error, 'orig', error)).splitlines()[0]})")
    sys.exit(status if isinstance(status, int) else 0)
