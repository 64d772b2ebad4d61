"""From one record of facts to the documents that people read."""
