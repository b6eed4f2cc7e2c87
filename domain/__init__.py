"""The words of the project as types: no logic beyond their own consistency, no imports of ours."""
