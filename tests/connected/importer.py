"""The duty of the registry's worker that checks and writes large files, as a process of its own: `python -m tests.connected.importer LINES_AT_A_TIME`."""

import asyncio
import sys

from services.registry.imports.wizard import wizard
from shared.imports.jobs import Importing

if __name__ == "__main__":
    asyncio.run(Importing(wizard, int(sys.argv[1]), look_seconds=0.05).run(asyncio.Event()))
