"""The journal made evident: batches under a Merkle root, each in a signed checkpoint.

A checkpoint names the one before it, so the last one vouches for the whole journal. Entries are
sealed after they were written: no change ever waits for the chain. `seals` makes the chain,
`verifying` proves it.
"""
