"""A/B tests: what was counted of each arm, and what it proves."""
