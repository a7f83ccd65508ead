"""Everything that changes accounts, by noun: people, members, factors, signing_in, tokens, set_up."""
