"""The demo: small real models, trained here in pure Python, registered as weeks of history."""
