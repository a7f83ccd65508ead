"""Many files at once: workbooks sent out prefilled, one for each unit, and whatever comes back dropped together."""
