"""The curated directory: startups' solutions with their published price grids, and the library of agreement templates.

Owns `Solution`, `PriceLine` and the clauses. Announces what changes by events; never hears of search or pools.
"""
