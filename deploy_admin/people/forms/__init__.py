"""The forms in front of the acts on people: plain fields; what is typed in is looked up as the actor may know it."""
