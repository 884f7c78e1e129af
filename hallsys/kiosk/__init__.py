"""Citizens taking a number."""
