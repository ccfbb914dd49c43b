"""Built-in checkpoint packs, loaded by entry point exactly as an outsider's."""
