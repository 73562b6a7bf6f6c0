"""HTTP, once for all rooms: transactions, problems, pages, forms, pagination, idempotency, languages.

Rooms see Litestar only in `api.py` and `pages.py`. A handler makes three moves: parse, call one domain function, shape
the answer.
"""
