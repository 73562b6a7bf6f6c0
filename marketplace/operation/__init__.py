"""What keeps an instance alive: its backup, its restoration, and the truths that must hold at any moment.

backup FILE      database and files as of one instant, in one archive with its hashes; the keys stay out of it
restore FILE     into an empty instance; ends with the invariants
invariants       what must be true, asked of the data itself
"""
