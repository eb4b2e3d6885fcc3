"""What the screen asks of the store, and the thread that finds it out."""
