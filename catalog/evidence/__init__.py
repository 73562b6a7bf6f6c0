"""What proves what a sheet says: documents, towns that confirm, public contracts, deliveries here. Levels lower themselves as evidence ages."""
