"""The reference in ``docs/``, made from the code: each page is a file that this package writes.

``make reference`` writes them; a test holds them to the code.
"""
