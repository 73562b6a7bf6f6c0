"""The directory as visitors see it: a sheet, a startup, a comparison, what it costs a town."""
