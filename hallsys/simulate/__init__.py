"""A day of a hall, played against a running server through its public doors."""
