"""How good the search is, measured on queries that a person judged: `marketplace evaluate`.

judged     the file of queries, read and checked
measuring  each query asked of an engine, and the means
"""
