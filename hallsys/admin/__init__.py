"""The hall's IT officer."""
