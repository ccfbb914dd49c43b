"""The model on the screen: the component, what it is told, and what it says back."""
