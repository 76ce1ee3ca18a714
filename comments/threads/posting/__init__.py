"""A post, in five steps: parse, prepare, load_context, evaluate, store. `post_comment` is the main line."""
