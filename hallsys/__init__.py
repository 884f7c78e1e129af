"""hallsys: queue displays and call numbers for public service halls."""
