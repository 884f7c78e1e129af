"""hallsys: queue displays and call numbers for public service halls."""

__version__ = "0.1.0"
