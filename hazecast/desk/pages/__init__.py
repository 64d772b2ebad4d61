"""The pages, one matter a file: each reads what was stored and shows it, or takes down what somebody decides."""
