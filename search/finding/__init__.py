"""Finding sheets: the search page, its API, and what it suggests."""
