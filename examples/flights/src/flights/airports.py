"""The airports of New York City; each is a namespace of the modelling pipeline."""

AIRPORTS = ("ewr", "jfk", "lga")
