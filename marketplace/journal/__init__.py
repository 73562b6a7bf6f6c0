"""The journal as people read it: who did what, in sentences, for an organisation's administrator and for the auditors.

An organisation's administrator sees what was done on its behalf. The supervising body's auditor and administrator see
everything, without the values: states only. `sentences.py` has one sentence an action; a test fails without.
"""
