"""The experiment room: it wires the others together and keeps what they give.

An experiment file in; a results folder out: replications on common workloads, run by any
executor, stored block by block, compared with paired intervals. This is the only room that knows
configuration, workload, routing, engine and measures at once; it prints and draws nothing.

`sim.experiment.check` and `sim.experiment.derive` are imported by name: they need the theory room,
which would cost every worker a second of imports.
"""

from sim.experiment.answer import Answer, AnswerRow, Estimate, Verdict, read_answer
from sim.experiment.batch import experiments_in, folders_for, results_folder
from sim.experiment.budget import seconds_in
from sim.experiment.errors import CannotGoOn, ExperimentError, PointsFailed, WrongInput
from sim.experiment.merge import merge_shards
from sim.experiment.penalty import Penalty, read_penalties, write_penalties
from sim.experiment.progress import Progress, Silent
from sim.experiment.results import read_manifest, seal
from sim.experiment.run import DEFAULT_ENGINE, run_break_even, run_experiment
from sim.experiment.scenario import Point, Study, read_study
from sim.experiment.shards import Shard
from sim.experiment.statistics import Interval, mean_interval, ratio_difference, ratio_interval
from sim.experiment.status import Status, read_status
from sim.experiment.trace import trace, trace_file

__all__ = [
    "DEFAULT_ENGINE",
    "Answer",
    "AnswerRow",
    "CannotGoOn",
    "Estimate",
    "ExperimentError",
    "Interval",
    "Penalty",
    "Point",
    "PointsFailed",
    "Progress",
    "Shard",
    "Silent",
    "Status",
    "Study",
    "Verdict",
    "WrongInput",
    "experiments_in",
    "folders_for",
    "mean_interval",
    "merge_shards",
    "ratio_difference",
    "ratio_interval",
    "read_answer",
    "read_manifest",
    "read_penalties",
    "read_status",
    "read_study",
    "results_folder",
    "run_break_even",
    "run_experiment",
    "seal",
    "seconds_in",
    "trace",
    "trace_file",
    "write_penalties",
]
