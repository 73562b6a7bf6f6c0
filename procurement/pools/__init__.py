"""The pool (groupement de commandes): opening, joining, census, freezing; its phases and its memberships.

Locks are taken in one order, here and everywhere: the pool row, then its memberships by id, then what hangs below them
(need lines, quotes, orders by id).
"""
