"""Tickets on paper: drawn as a picture, sent to a thermal printer, watched until they are out."""
