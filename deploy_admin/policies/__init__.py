"""The language of the rules: documents of typed clauses, their validation, adoption and reading."""
