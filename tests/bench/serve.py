"""A service or the gateway in a process of its own, served as the installation serves it: `python -m tests.bench.serve NAME MODULE PORT`."""

import sys

from deploy.local.serve import serve

if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
