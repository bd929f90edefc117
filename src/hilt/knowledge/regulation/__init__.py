"""What laws ask of models: training compute, the rules as a dated pack, and the frameworks that checks speak to."""
