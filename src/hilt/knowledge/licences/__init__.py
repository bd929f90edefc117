"""Licences of models and datasets: the pack, naming, recognising texts, and what follows from them."""
