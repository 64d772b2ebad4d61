"""Maps and curves. Needs the optional part 'maps'; importing any module here without it raises ImportError."""
