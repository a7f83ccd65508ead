"""Template tags for components, and the gallery page."""
