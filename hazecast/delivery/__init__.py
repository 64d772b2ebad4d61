"""How bulletins reach their readers: one channel a file, and the outbox that sees to it that each arrives once."""
