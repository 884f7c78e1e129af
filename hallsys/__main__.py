"""`python -m hallsys` is the command `hallsys`."""

import sys

from hallsys.cli import main

sys.exit(main())
