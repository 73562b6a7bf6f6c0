"""The directory in and out: JSON Schema, files to fill in, whole exports, and a feed of changes."""
