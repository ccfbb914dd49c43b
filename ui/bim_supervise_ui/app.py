"""Main script of the screens; the server hands it to Streamlit."""

from bim_supervise_ui.shell import run

run()
