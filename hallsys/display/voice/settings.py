"""What a hall chooses about its voice: the names of hallsys.config under which the rooms of the voice know it."""

from hallsys.config import LANGUAGES, Dialect, Language
from hallsys.config import VoiceConfig as VoiceSettings

__all__ = ["LANGUAGES", "Dialect", "Language", "VoiceSettings"]
