"""Organisations, the people who act for them, their sign-ins and their API keys.

One person may belong to several organisations and says on whose behalf they act. Rights are read at every request, so a
removed role stops at once. Other rooms need `Organisation` and `queries`; who acts reaches them as a `marketplace.actor.Actor`.
"""
