"""Back from what a bulletin says to what it was made from, and the way there again."""
