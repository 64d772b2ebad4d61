"""Entry of `python -m benchmarks`."""

import sys

from benchmarks.running import main

main(sys.argv[1:])
