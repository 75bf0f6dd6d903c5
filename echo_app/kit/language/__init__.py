"""Reading human language, cheaply and without a model: which language, which words, which sentences."""
