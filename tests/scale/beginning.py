"""The command line, with workers that take their time to begin and leave their numbers in the folder PIDS first."""

import os
import time
from pathlib import Path

from regulars import cli

if __name__ == "__mp_main__":
    (Path(os.environ["PIDS"]) / str(os.getpid())).touch()
    time.sleep(1)

if __name__ == "__main__":
    cli.main()
