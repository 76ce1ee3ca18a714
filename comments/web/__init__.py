"""Kit for routes: typed endpoints, problem+json, middleware, the page cache. Knows nothing of comments."""
