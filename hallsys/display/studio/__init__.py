"""The recording studio: a colleague reads the hall's words into a microphone, and the hall speaks with that voice.

prompts   what has to be read            shelf    the pack that speaks, on this server's disk
routes    the page and its door
"""
