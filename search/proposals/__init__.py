"""Towns that have the same need are told so, without a name: each accepts or declines before anything of it is shown.

grouping.py   which needs are the same, and how large they are together: pure, and rounded so that no sum tells of one town
proposing.py  the worker proposes to each town of a group, once
answering.py  a town accepts or declines
opening.py    one of those who accepted opens the pool, and invites the others
outlook.py    what buying together would change, from the rounded quantity alone
"""
