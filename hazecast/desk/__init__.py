"""The forecaster's web page over the stored records: it shows what was computed, and takes down what people decide.

Needs the optional part 'desk'; importing most modules here without it raises ImportError.
"""
