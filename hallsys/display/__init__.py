"""Citizens watching the hall's screens, and the voice they hear."""
