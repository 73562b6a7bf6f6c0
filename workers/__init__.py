"""What happens after the answer: the outbox drain, the deadline sweeps, and ARQ for what may be late.

`routing.py` is the dictionary: which event sets what in motion.
"""
