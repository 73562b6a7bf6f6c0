"""The sourcing register: frozen searches and short lists, replayable (R2111-1)."""
