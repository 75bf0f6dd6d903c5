"""The outside world: one folder a kind, an interface in `base.py`, one file a vendor, `local.py` the keyless default."""
