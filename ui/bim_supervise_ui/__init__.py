"""The screens of bim-supervise: what supervisors, engineers and owners see."""
