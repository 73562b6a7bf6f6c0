"""Buying together: needs, pools, consolidation, sealed quotes, agreements, orders, invoices, supervision.

Everything from a town's need to its paid invoice. Stores a `SolutionId` and asks `catalog` for the rest.
"""
