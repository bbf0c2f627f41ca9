"""Who should meet whom: wishes and vetoes in, ranked lists with reasons out."""
