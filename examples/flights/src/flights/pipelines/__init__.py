"""One folder per registered pipeline."""
