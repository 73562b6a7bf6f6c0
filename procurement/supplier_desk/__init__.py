"""What a startup sees of all rooms at once: consultations to answer, orders to deliver, invoices, its sheets."""
