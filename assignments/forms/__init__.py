"""The forms in front of this app's services, room by room."""
