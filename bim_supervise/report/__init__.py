"""Documents out: what a person prints, signs and hands over, as PDF and XLSX in Chinese and English."""
