"""Schema changes, in order, and the two questions about them: apply what is missing, and is the database ours?

marketplace migrate    applies what is missing, under one lock, as the owner role
"""

from marketplace.migrations.runner import DatabaseBehind, DatabaseNewer, check, refuse_newer, upgrade

__all__ = ["DatabaseBehind", "DatabaseNewer", "check", "refuse_newer", "upgrade"]
