"""What hazecast does against what others do, timed side by side: `python -m benchmarks`."""
