"""France as it is bought for: communes, EPCI, departments, regions, of one COG year, and the old codes that lead to them.

Facts are package data (`data/`, licences in `data/LICENCES.md`), loaded in bulk by `loading.load`. A perimeter is a set of
communes with its COG year; institutions and the territory they serve are never confused.
"""

COG_YEAR = 2026
