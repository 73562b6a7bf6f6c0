"""What matching knows of a published sheet: an allow-list of public facts, projected once a change."""
