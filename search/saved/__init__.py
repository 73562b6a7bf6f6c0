"""Searches that a person keeps, and the mail that tells what is new."""
