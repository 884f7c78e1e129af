"""Halls as they are now: hub, sockets, and the HTTP doors to them."""
