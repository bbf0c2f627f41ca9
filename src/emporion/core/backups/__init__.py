"""Everything an installation holds in one file that either database can read.

`writing` makes a backup from one snapshot, `reading` brings it back and proves that it is the
same. The form is our own and not the database's: a fair that began on SQLite moves to PostgreSQL by
a backup and a restore, no program of the server's version is needed, and what was restored is
compared with what was there, row by row.
"""
