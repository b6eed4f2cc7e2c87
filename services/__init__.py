"""Use cases and rules: who may do what. Every function takes the acting user."""
