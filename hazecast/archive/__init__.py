"""Where records are kept: the ledger in SQLite, and each cycle's products in a folder with a manifest."""
