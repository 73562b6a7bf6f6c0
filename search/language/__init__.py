"""What a person types, made into terms: the same means for every engine and every query."""
