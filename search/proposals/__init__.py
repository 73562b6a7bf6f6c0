"""Towns that have the same need, without having told each other, are offered a pool."""
