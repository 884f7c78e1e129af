"""Visits booked ahead, by citizens where the hall allows it, and by officers."""
