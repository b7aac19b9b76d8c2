"""What the fork server imports before it makes workers, so that they have the model at once.

Nobody else imports it: it is the one module that works at import, and that is its purpose. What is
not in the cache yet is compiled by the run itself, and only then loaded by each worker.
"""

import sim.experiment.replication  # noqa: F401 - the work of a worker
from sim.experiment.loops import load_loops

load_loops("compiled")
