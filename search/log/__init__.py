"""What was searched and answered: the raw material of the sourcing register."""
