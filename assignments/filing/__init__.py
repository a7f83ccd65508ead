"""The room of what units file in a campaign, requests and nominations."""
