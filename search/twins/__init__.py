"""Towns that resemble one another: what is compared (`similarity.py`), read for any towns (`queries.py`), and what they run (`doing.py`)."""
