"""Officers pressing "next"."""
