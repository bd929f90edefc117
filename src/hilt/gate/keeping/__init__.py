"""The library: what is kept of models, and handed out once it is admitted."""
