"""What is kept about people: said, copied to them, erased, and forgotten in time.

    holdings   every table that holds something about somebody: what a copy shows, what an erasure does, why, for how long
    retention  how long each kind of thing is kept, with its reason and reference; what the daily purge removes
    asking     a person asks for a copy or an erasure; the supervising body's administrator asks for another, in two steps
    exporting, erasing   run by the worker, which alone reaches every table

A table with a column about people fails a test until it has its line in `holdings`.
"""
