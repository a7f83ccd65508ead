"""The roster as a table: its columns, what its rows mean, what is wrong with them, how it goes out again."""
