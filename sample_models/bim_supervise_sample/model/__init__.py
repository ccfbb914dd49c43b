"""The parts of the sample model as plain data: shapes, elements, spaces."""
