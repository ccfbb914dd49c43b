"""What inspection leaves behind: cases (NCR, notice, order, waiver), inspection plans and lots. Pure."""
