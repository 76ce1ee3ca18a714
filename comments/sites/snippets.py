"""The lines that a site's owner puts into their own pages."""


def page_lines(base_url: str, site: str) -> str:
    """Return the lines for the template of a page with a discussion."""
    return (
        f'<script async src="{base_url}/embed.js" data-site="{site}"></script>\n'
        f'<noscript><a href="{base_url}/d/{site}" referrerpolicy="no-referrer-when-downgrade">Comments</a>'
        "</noscript>"
    )


def count_line(base_url: str, site: str) -> str:
    """Return the line for lists of pages, whose links get their numbers by it."""
    return f'<script async src="{base_url}/count.js" data-site="{site}"></script>'
