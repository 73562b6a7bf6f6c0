"""The directory as open data, and sheets in and out by files: schema, templates, imports with their error report, exports, a feed."""
