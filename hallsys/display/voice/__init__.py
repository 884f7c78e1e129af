"""What the hall hears: wording -> plan of parts -> clips (a recorded pack, or espeak-ng) -> one sound file per call.

reader    labels and numbers as words            wording   words as a plan of parts
recipe    how each word is rendered              driver    espeak-ng through pyttsx3, the only door to it
sound     levels, loudness, joining (numpy)      clips     a plan becomes samples
mp3       the only door to lameenc               cache     finished calls on disk
speech    the facade: what the rest of the wing uses
"""
