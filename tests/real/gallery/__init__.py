"""Two episodes replayed day by day through `hazecast run`, and what became of them, as pages for the docs."""
