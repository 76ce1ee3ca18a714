"""`comments openapi`: the API's description, without a running service."""

import json

import click

from comments import __version__
from comments.installation import plain_settings


@click.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the API as JSON."""
    from comments.app import endpoints
    from comments.web.api_docs.openapi import openapi_document

    base_url = plain_settings().base_url
    document = openapi_document(endpoints(), version=__version__, base_url=base_url)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
