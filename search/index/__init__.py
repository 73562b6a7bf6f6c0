"""The index as a projection of the directory: refreshed, rebuilt, reconciled."""
