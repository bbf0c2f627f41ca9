"""The visual language as code: tokens, stylesheets, parts, the shell of a page."""
