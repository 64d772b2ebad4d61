"""`python -m hazecast`."""

from hazecast.cli import main

main()
