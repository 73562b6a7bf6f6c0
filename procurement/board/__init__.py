"""The pool as people see it, with its agreement, consultation and work under way: lists, the board, joining, each act."""
