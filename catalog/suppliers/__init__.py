"""Startups as suppliers: profile, ownership, certificates, capacity, and the candidature file that is sent once."""
