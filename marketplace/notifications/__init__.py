"""Mails: written with the transaction, sent by the worker, each at most once, each with a visible outcome."""
