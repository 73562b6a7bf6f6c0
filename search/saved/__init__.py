"""Searches that people keep, each their own, and the alerts that tell them of new sheets.

    keeping   save, rename, change the alert, delete, and undo
    alerting  once a day or a week in Paris, the sheets that are new to a search become a notice: one mail a day at most
    stopping  the link in that mail that stops an alert without signing in

A sheet is told once a search. What is no longer published is never told: a notice that waits is written again without it.
"""
