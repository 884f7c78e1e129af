"""The rules of the queue, pure: no asyncio, no clock, no I/O, no randomness but what is passed in."""
