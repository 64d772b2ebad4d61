"""Where PM2.5 comes from: the parts of the transport model, how sure they are, and what they are of each area."""
