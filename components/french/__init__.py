"""Français: every text of the interface, registered by being imported."""
