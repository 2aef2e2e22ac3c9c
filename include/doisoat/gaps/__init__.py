"""What people do about gaps: the list sent to units, their answers, decisions on a gap or a group of gaps."""
