"""Who did what, on whose behalf, with before and after: insert-only, and sealed by a chain of hashes.

    note      writes a line with the transaction of what it tells
    sealing   one sealer, shortly after: each line gets its number and its hash, which covers the one before (`chain.py`)
    heads     the chain's head, written once a day to a file that an operator can publish
    verifying recomputes the chain, and says the first line that is not as it was sealed, and why

No role of the product may update or delete a line or a seal; a trigger refuses it to the tables' owner too. Lines hold
ids, states and hashes: never a sealed value, never an e-mail address (`note` masks what looks like one).
"""

from marketplace.audit.lines import note
from marketplace.audit.models import AuditLine, AuditSeal
from marketplace.audit.sealing import unsealed_age

__all__ = ["AuditLine", "AuditSeal", "note", "unsealed_age"]
