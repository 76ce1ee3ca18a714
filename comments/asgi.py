"""The application for any ASGI server: `uvicorn comments.asgi:app`, with settings from the environment.

As `comments serve` does, it sets an empty database up, and does what is due beside requests; any number of
processes may. Raises what is wrong with the settings or the database.
"""

from contextlib import ExitStack

from comments.app import create_app
from comments.installation import make_ready, settings_here
from comments.server.data_folder import serving

_settings = settings_here()
# Given back by the system when the process ends.
ExitStack().enter_context(serving(_settings))
make_ready(_settings, migrates=True)

app = create_app(_settings)
app.state.maintains = True
