"""The site: settings, processes and what holds the apps together."""

import os

# Before anything imports NumPy. A watchlist is one small product of matrices for each frame; to
# share it out costs twenty times what it takes, and spins on the cores that the networks need
# (docs/adr/0024-one-thread-for-numpy.md).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
