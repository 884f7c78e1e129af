"""Sign-in, sessions, pages: what every page stands on."""
