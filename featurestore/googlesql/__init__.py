"""Google's own GoogleSQL: parser, analyzer and reference evaluator, compiled to WebAssembly.

The only package that imports ``zetasql`` and ``wasmtime``, and of ``zetasql`` its messages and its
module alone: its Python API takes longer to import than the module takes to start. Start reading in
``analyzer``; ``engine`` runs the module, ``compiled`` keeps it, ``passed`` remembers what passed.
"""
