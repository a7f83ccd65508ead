"""What lists filter by, room by room."""
