"""Which of two backtests is better, where, and whether chance could have made the difference."""
