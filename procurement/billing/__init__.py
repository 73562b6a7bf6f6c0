"""From accepted delivery to paid invoice: the supplier's own number, or ours under its written mandate; paid by mandat.

Stripe has its door here (`stripe_gateway.py`, with the billing issue); the public mandat is the default and needs none.
"""
