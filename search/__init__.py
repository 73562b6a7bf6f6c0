"""Discovery: one `SearchEngine` protocol, its engines, and the public search of the directory.

The index is a projection of `catalog`: it can be lost and rebuilt (`marketplace reindex`).
"""
