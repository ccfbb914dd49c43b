"""IFC models: elements, quantities, spaces, georeference and content hashes."""
