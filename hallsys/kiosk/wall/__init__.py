"""Numbers taken by phone inside the hall: a square code on the wall that changes every few minutes."""
