"""The room of who goes where: plans, proposals, decisions."""
