"""Demo mode: everything embedded, fictional startups, real towns, and a clock that can be moved forward."""
