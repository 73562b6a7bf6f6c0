"""From a town’s need to a short list that explains itself."""
