"""The screens: each owns its state and turns messages and actions into what its widgets show."""
