"""Structured logs: JSON lines by default, one event a line, with the request's or the job's id."""

import logging
import re
import sys

import structlog

LINK = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{64}")
"""A one-time token, as it travels in an address (`accounts/tokens.py`): whoever reads logs must not be able to follow it."""


def configure(*, level: str = "INFO", json: bool = True) -> None:
    """Send our logs and the libraries' to standard error, in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_links,
    ]
    final: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                final,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "arq.worker", "fontTools", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _without_links(
    _logger: object, _method: str, line: structlog.types.EventDict
) -> structlog.types.EventDict:
    return {name: LINK.sub("…", value) if isinstance(value, str) else value for name, value in line.items()}


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found
