"""Import: read → parse → plan → apply. All findings at once, all rows or none, through the app's own services."""
