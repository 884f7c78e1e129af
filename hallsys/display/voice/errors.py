"""What can go wrong with the voice.

VoiceError
 ├── VoiceUnavailable   no engine on this machine, or it cannot start: the hall is mute until somebody acts
 ├── EngineFailed       the hall's own engine does not do its work; another one speaks meanwhile
 ├── UnknownVoice       the engine has no such voice or variant; it would have spoken another language
 ├── BadSetting         a rate, pitch or range that the engine would bend without a word
 ├── EmptySpeech        nothing to say, or silence came back
 ├── SoundNotWritten    the file cannot be written where it was asked for
 └── BadSound           a WAV file that cannot be read
"""


class VoiceError(Exception):
    """The message is for people, and names what to do where something can be done."""


class VoiceUnavailable(VoiceError):
    pass


class EngineFailed(VoiceError):
    pass


class UnknownVoice(VoiceError):
    pass


class BadSetting(VoiceError):
    pass


class EmptySpeech(VoiceError):
    pass


class SoundNotWritten(VoiceError):
    pass


class BadSound(VoiceError):
    pass
