"""A town's need, in its own words: what every pool starts from, and never a product."""
