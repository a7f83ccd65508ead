"""The pages of quotas: board, detail and paper; figures; runs; releases."""
