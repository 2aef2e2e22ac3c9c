"""What people do about gaps: the list that goes to units, their answers, what is said of a gap or of a group."""
