"""Where weights come from, and whether what was trained into them was cut out."""
