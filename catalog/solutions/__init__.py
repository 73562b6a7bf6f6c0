"""Solution sheets: drafted by a startup, reviewed and published by a curator, with published price grids."""
