"""The pool's founding agreement: generated from the template library, deliberated by each town, signed by all."""
