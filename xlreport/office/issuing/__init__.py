"""A template for every unit, with last year's figures."""
