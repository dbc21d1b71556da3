"""The reference in ``docs/``, generated from the code by ``make reference``."""
