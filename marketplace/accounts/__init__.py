"""Organisations, the people who act for them with which roles, one-time tokens, and API keys.

One person may belong to several organisations and says on whose behalf they act. Other rooms need `Organisation` and
`queries`; who acts reaches them as a `marketplace.actor.Actor`, made by `marketplace.sign_in`.
"""
