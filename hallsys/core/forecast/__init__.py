"""When will a waiting ticket be called? The hall is played forward in a hundred futures; see docs/forecast.md.

Plain data in and out, no clock, no I/O; the same snapshot, history and memo give the same answer. Imports numpy: a
server that shows forecasts imports this room late, and runs it in a process of its own.
"""

from hallsys.core.forecast.outlook import Outlook, evaluate, look_ahead, queue_ahead
from hallsys.core.forecast.reading import Scene, read_scene

__all__ = ["Outlook", "Scene", "evaluate", "look_ahead", "queue_ahead", "read_scene"]
