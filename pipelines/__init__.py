"""Haystack pipelines and components, Milvus, document readers, scores and metrics.

Imports only ``domain``; gets plain configuration objects from services.
"""
