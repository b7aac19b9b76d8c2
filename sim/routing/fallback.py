"""Where contacts go when rooms are dark: a design with other matrices for a while."""

from dataclasses import dataclass, fields, replace

import numpy as np

from sim.records import Design, Layout


@dataclass(frozen=True)
class Fallback:
    """Contacts of dark rooms may be answered elsewhere from `start_s` to `end_s`.

    Parameters
    ----------
    groups
        The dark agent groups.
    after_s
        How long a contact waits before any able room may take it.
    handle_factor
        How much longer a room takes that the design would never send the contact to.
    """

    groups: tuple[int, ...]
    start_s: float
    end_s: float
    after_s: float
    handle_factor: float = 1.0


def with_fallback(design: Design, layout: Layout, fallback: Fallback) -> Design:
    """Give the design with further rooms open to the contacts of dark rooms for a while.

    A contact class is concerned where it belongs to the force of a dark group or, for a group of no
    force, where the design lets that group answer it. Its delay becomes `after_s` wherever the
    skill is there and the design would make it wait longer; a design that shares sooner stays so.
    Ranks and reserves are the design's own.
    """
    design = split_at(split_at(design, fallback.start_s), fallback.end_s)
    inside = (design.change_s >= fallback.start_s) & (design.change_s < fallback.end_s)
    delay_s = design.delay_s
    concerned = np.zeros(delay_s.shape[:2], dtype=bool)
    for group in fallback.groups:
        if layout.group_force[group] >= 0:
            concerned |= layout.class_force == layout.group_force[group]
        else:
            concerned |= np.isfinite(delay_s[:, :, group])
    opened = (inside[:, None] & concerned)[:, :, None] & layout.able & (delay_s > fallback.after_s)
    factor = design.handle_factor * np.where(np.isinf(delay_s), fallback.handle_factor, 1.0)
    return replace(
        design,
        delay_s=np.where(opened, fallback.after_s, delay_s),
        handle_factor=np.where(opened, factor, design.handle_factor),
    )


def split_at(design: Design, instant_s: float) -> Design:
    """Give the same design with a span that begins at an instant."""
    if instant_s in design.change_s:
        return design
    span = int(np.searchsorted(design.change_s, instant_s))
    matrices = {
        field.name: np.insert(
            getattr(design, field.name), span, getattr(design, field.name)[span - 1], axis=0
        )
        for field in fields(design)
        if field.name != "change_s"
    }
    return Design(np.insert(design.change_s, span, instant_s), **matrices)
