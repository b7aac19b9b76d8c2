"""The reference model in two other Python simulators, as their manuals would have it.

They come with the `peers` extra and are imported only when asked for.
"""

from typing import Any

import numpy as np

import reference_model as model
from outcomes import NEVER, Outcomes, Row
from sim.records import Workload


def simulate_ciw(days: float, seed: int) -> list[Any]:
    """Give Ciw's records; its models are distributions, so it draws its own numbers.

    Who still waits or is served at the end has no record; those few are left out.
    """
    import ciw  # noqa: PLC0415 - only with the extra

    classes = range(model.N_CLASSES)
    network = ciw.create_network(
        arrival_distributions={
            f"class {k}": [ciw.dists.Exponential(model.RATE_PER_H[k] / 3600.0)] for k in classes
        },
        service_distributions={
            f"class {k}": [ciw.dists.Exponential(1 / model.HANDLE_MEAN_S[k])] for k in classes
        },
        reneging_time_distributions={
            f"class {k}": [ciw.dists.Exponential(1 / model.PATIENCE_MEAN_S[k])] for k in classes
        },
        priority_classes={f"class {k}": k for k in classes},
        number_of_servers=[model.HANDLERS],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(days * model.DAY_S)
    return simulation.get_all_records(only=["service", "renege"])  # type: ignore[no-any-return]


def read_ciw(records: list[Any]) -> Outcomes:
    """Take the outcomes from Ciw's records."""
    arrival_s = np.array([record.arrival_date for record in records], dtype=np.float64)
    waiting_s = np.array([record.waiting_time for record in records], dtype=np.float64)
    return Outcomes(
        np.array([int(record.customer_class.split()[1]) for record in records]),
        arrival_s,
        np.array([record.record_type == "service" for record in records]),
        arrival_s + waiting_s,
        np.array([record.exit_date for record in records], dtype=np.float64),
    )


def simulate_salabim(workload: Workload) -> dict[int, Row]:
    """Give the calls of salabim, one component per call, on the arrays of the workload."""
    import salabim  # noqa: PLC0415 - only with the extra

    salabim.yieldless(False)
    env = salabim.Environment(trace=False)
    pool = salabim.Resource("pool", capacity=model.HANDLERS)
    log: dict[int, Row] = {}

    class Caller(salabim.Component):  # type: ignore[misc]
        def setup(self, call: int, urgency: int, patience_s: float, handle_s: float) -> None:
            self.call, self.urgency = call, urgency
            self.patience_s, self.handle_s = patience_s, handle_s

        def process(self):  # noqa: ANN202 - salabim's own protocol
            yield self.request((pool, 1, self.urgency), fail_delay=self.patience_s)
            wait_end_s = env.now()
            if self.failed():
                log[self.call] = (False, wait_end_s, NEVER)
                return
            yield self.hold(self.handle_s)
            log[self.call] = (True, wait_end_s, env.now())

    class Callers(salabim.Component):  # type: ignore[misc]
        def process(self):  # noqa: ANN202 - salabim's own protocol
            columns = (
                workload.arrival_s.tolist(),
                workload.contact_class.tolist(),
                workload.patience_s.tolist(),
                workload.handle_s.tolist(),
            )
            for call, (arrival_s, k, patience_s, handle_s) in enumerate(zip(*columns, strict=True)):
                yield self.hold(till=arrival_s)
                Caller(call=call, urgency=k, patience_s=patience_s, handle_s=handle_s)

    Callers()
    env.run()
    return log
