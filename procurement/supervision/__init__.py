"""What Banque des Territoires staff see of all pools: phases, dates, volumes, awarded totals, what is stuck. Read-only.

Never price caps, offers or unit prices: their queries do not ask for them, and row-level security would not answer.
"""
