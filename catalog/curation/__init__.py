"""Reviewing sheets: the queue, the checklist, the differences, comments, and decisions with their reasons."""
