"""Health workers: who they are, where they work, what they hold, what keeps them away."""
