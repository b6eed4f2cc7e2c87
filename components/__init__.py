"""Streamlit widgets, and what stands between the server and the pages."""
