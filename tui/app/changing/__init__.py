"""What is changed from the screen: what it would come to, and the thread that does it."""
