"""Measurements, run by hand: ratios side by side in one run, never a timed test.

.venv/bin/python -m benchmarks.directory
"""
