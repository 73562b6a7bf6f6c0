"""Files beside the database: generated documents and uploads, kept in a folder, with their hash in a row.

A file is served as an attachment under a neutral name, never from a path that somebody typed.
"""
