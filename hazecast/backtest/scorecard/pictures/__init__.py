"""The scorecard's pictures. Needs the optional part 'backtest'; importing any module here without it raises ImportError."""
