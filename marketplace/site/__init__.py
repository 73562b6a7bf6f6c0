"""The pages about the site itself: legal notice, accessibility, personal data, contact, and its API."""
