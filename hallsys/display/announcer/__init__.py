"""The announcer: the hall's loudspeaker on a PC that is wired to the amplifier and has no browser."""
