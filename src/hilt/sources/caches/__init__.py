"""The caches in which tools keep the models that they fetched, one file for each tool."""
