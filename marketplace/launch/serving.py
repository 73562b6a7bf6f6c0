"""Running the web application under uvicorn."""

import errno
import gc
import socket

import uvicorn

from marketplace.app import create_app
from marketplace.errors import Invalid, wrong
from marketplace.settings import Settings
from marketplace.words import N_


def serve_here(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises `Invalid` when the port is taken."""
    refuse_taken_port(settings.web.host, settings.web.port)
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # what lives as long as the process is not looked at again at each collection
    uvicorn.run(
        app,
        host=settings.web.host,
        port=settings.web.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # uvicorn would believe anybody on loopback; `web/frontier.py` believes WEB_TRUSTED_PROXIES
        timeout_graceful_shutdown=2,  # an open progress stream must not keep the process alive
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Raise `Invalid` when something already listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Invalid(
                    [
                        wrong(
                            "port", N_("Le port {port} est déjà utilisé : choisissez-en un autre."), port=port
                        )
                    ]
                ) from None
            if error.errno == errno.EACCES:
                raise Invalid(
                    [
                        wrong(
                            "port",
                            N_("Le port {port} est réservé : choisissez-en un au-dessus de 1023."),
                            port=port,
                        )
                    ]
                ) from None
            raise
