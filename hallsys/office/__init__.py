"""The back office: what the IT officer does from the command line, one room per kind of work."""
