"""From weather and observations to PM2.5, visibility and how far to trust them."""
