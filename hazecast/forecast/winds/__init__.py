"""Winds and the air near the ground: from the weather delivered to what drives the transport for each hour."""
