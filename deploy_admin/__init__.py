"""What no single business app owns: settings, composition, and the ground floor."""
