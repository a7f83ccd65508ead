"""Long work with progress, retry and recovery; stored files; notices."""
