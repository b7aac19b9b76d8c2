"""What happens first when several things happen at one instant: part of the model, by name.

Logs are in whole seconds, so ties are common. At one instant the kinds go in this order, and
within a kind the lower index goes first (of the contact, the staffing step or the design span):

1. a handler who finishes is free for whatever else happens now;
2. staff come on or leave;
3. the design changes;
4. contacts arrive (primaries and follow-ons alike);
5. another room opens to a contact that has waited long enough;
6. a caller whose patience ends now gives up, unless one of the above answered it.

The numbers start above 1 because SimPy uses 0 and 1 for events of its own.
"""

from typing import Final

SERVICE_END: Final = 2
STAFFING_STEP: Final = 3
DESIGN_CHANGE: Final = 4
ARRIVAL: Final = 5
OVERFLOW_OPENING: Final = 6
PATIENCE_END: Final = 7
