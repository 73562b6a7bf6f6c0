"""Towns that resemble mine, why, and what they run."""
