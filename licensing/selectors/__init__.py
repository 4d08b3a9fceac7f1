"""Reading licensing: what is in force, what an actor may see."""
