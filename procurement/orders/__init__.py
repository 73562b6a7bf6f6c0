"""One purchase order a town, cut from the award; its delivery and its acceptance (service fait)."""
