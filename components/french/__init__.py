"""Français: every text of the interface, registered by being imported; one module per module of texts."""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__, f"{__name__}."):
    import_module(module.name)
