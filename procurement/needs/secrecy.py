"""From how many towns on something is said of them together, and in which steps: statistical secrecy. Pure."""

LEAST_TOWNS = 3
"""Below, nothing: of two, each would read the other; of one, everybody would."""
STEPS = (LEAST_TOWNS, 5, 10, 20)
"""« 5 towns at least » is said of 5 to 9: who counts before and after one town's answer mostly sees the same."""
