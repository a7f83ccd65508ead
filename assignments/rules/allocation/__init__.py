"""Who goes where: the pairings that are possible, the stages, the solving, the reasons. Pure: no rows."""
