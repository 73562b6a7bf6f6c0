"""The two catalogues (French msgids; English), and `make messages`, which brings them up to date with the sources."""
