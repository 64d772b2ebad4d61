"""Downloads from sources that are open: whole or not at all, resumed, retried, checked, and with a manifest."""
