"""Which way round a tensor lies where its format does not say, told by names, by biases and by layers of several gates."""
