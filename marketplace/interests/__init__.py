"""Declared interests: what ties a person to a firm, and the decisions they leave to somebody else because of it.

Conflict of interest: code de la commande publique, L2141-10; law 2013-907, article 2. A declaration is never deleted: it is
ended, and both days are kept. Other rooms ask `refuse_recused` before a decision that bears on a firm.
"""
