"""How the numbers of one tensor lie in its bytes, and how its rows and columns are had from there: of any format."""
