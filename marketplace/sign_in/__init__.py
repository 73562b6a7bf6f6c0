"""Signing in and staying signed in: who a request comes from, sessions, and the proofs that people give.

Rights are read at every request, so a removed role stops at once. Other rooms meet the result as a `marketplace.actor.Actor`.
"""
