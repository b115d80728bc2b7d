"""
What the package costs, side by side with its peers, in one run.

    python -m benchmarks [requests decisions lists tokens startup] [--quick]

Every number is a ratio to a floor that is measured in the same rounds; a
microsecond of one machine says nothing about another.
"""
