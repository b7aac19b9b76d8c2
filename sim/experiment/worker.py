"""What the fork server imports before it makes workers of the compiled engine.

Importing this loads the compiled engine, so that each worker has it from its first instant. Nobody
else imports it: it is the one module that works at import, and that is its purpose.
"""

from sim.engine.compiled import event_loop

event_loop()
