"""The library as clients of the Hugging Face hub know it: what they ask of a hub, and how it answers."""
