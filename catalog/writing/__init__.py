"""A startup writes its sheet: step by step, with its files and references, what is missing, and the answers checked before sending."""
