"""The month sheet as it is entered: pages of the receiving unit and of the deployed person."""
