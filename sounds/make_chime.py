"""Makes chime.wav: two soft notes of a glass-like tone, a falling major third (E5, C5), as heard in stations and halls.

Ours, and given to everybody (CC0). Run it from anywhere: python sounds/make_chime.py
"""

import wave
from pathlib import Path

import numpy as np

RATE = 22_050
NOTES = ((0.0, 659.26), (0.32, 523.25))  # seconds, hertz
LENGTH = 0.95  # seconds
PARTIALS = ((1.0, 1.0, 3.4), (2.0, 0.22, 6.0), (3.01, 0.07, 10.0))  # of the note: frequency, strength, decay per second
ATTACK = 0.008  # seconds: without it each note begins with a click
RELEASE = 0.12  # seconds
PEAK = 0.5


def main() -> None:
    time = np.arange(round(LENGTH * RATE)) / RATE
    sound = np.zeros_like(time)
    for start, frequency in NOTES:
        since = np.clip(time - start, 0, None)
        for multiple, strength, decay in PARTIALS:
            swell = np.clip(since / ATTACK, 0, 1)
            sound += swell * strength * np.exp(-decay * since) * np.sin(2 * np.pi * frequency * multiple * since)
    sound *= np.clip((LENGTH - time) / RELEASE, 0, 1)
    samples = (sound / np.max(np.abs(sound)) * PEAK * 32767).round().astype("<i2")
    with wave.open(str(Path(__file__).with_name("chime.wav")), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
