"""The sample's plan: calendars, tasks, links, money, and the dates that follow from them."""
