"""What a kiosk reads out to whoever asks for it, in the hall's own voice, without its chime and only once."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from hallsys.config import HallConfig, Language
from hallsys.display.voice.errors import EmptySpeech, VoiceError
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wording import Announcement
from hallsys.errors import Refused


class Prompts:
    """Apart from the voice of the calls: a call never waits for somebody who has a page read out."""

    def __init__(
        self,
        cache: Path,
        configs: Mapping[str, HallConfig],
        recorded: Callable[[str], Awaitable[Path | None]],
    ) -> None:
        self._cache, self._configs, self._recorded = cache, configs, recorded
        self._speech: dict[tuple[str, Language], Speech] = {}

    async def say(self, hall: str, language: Language, text: str) -> bytes:
        """The text as MP3. Raises Refused voice_unavailable, or bad_request where nothing in it can be read."""
        if not self._configs[hall].voice.enabled:
            raise Refused("voice_unavailable")
        found = self._speech.get((hall, language))
        if found is None:
            voice = msgspec.structs.replace(self._configs[hall].voice, languages=[language], chime=False, repeat=1)
            found = Speech(self._cache, voice, pack=partial(self._recorded, hall))
            self._speech[hall, language] = found
        try:
            return await found.mp3(Announcement("notice", text=text))
        except EmptySpeech as error:
            raise Refused("bad_request", "text", problem="value", detail=str(error)) from error
        except VoiceError as error:
            raise Refused("voice_unavailable") from error

    async def close(self) -> None:
        for speech in self._speech.values():
            await speech.close()
