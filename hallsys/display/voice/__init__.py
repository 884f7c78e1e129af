"""What the hall hears: wording -> plan of parts -> clips (a recorded pack, or an engine) -> one sound file.

reader    tickets, numbers and times as words    freetext  a text as it is read aloud
wording   announcements as plans of parts        engine    the door that every engine fits
synthetic espeak-ng by the recipe                piper     a neural voice that the hall brings
recipe    how each word is rendered              driver    espeak-ng through pyttsx3, the only door to it
sound     levels, loudness, joining (numpy)      clips     a plan becomes samples
pack      a recorded voice                       takes     a recording becomes a clip of it
mp3       the only door to lameenc               wavfile   WAV files from outside, read strictly
maker     cache, engine, file                    cache     finished sounds on disk
speech    the facade: what the rest of the wing uses
"""
