"""The outside world, one folder a kind: `base.py` is the interface, `local.py` the keyless default."""
