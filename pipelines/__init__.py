"""Haystack pipelines and components, Milvus, document readers, scores and metrics.

Imports only ``domain``; gets plain configuration objects from services.
"""

import os

# Haystack would report usage over the network; it reads this before its first import.
os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
