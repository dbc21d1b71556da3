"""Google's own GoogleSQL: parser, analyzer and reference evaluator, compiled to WebAssembly.

The only package that imports ``zetasql`` and ``wasmtime``, and only the messages and the module of
``zetasql``: its Python API takes longer to import than the module takes to start. Start reading in
``analyzer``; ``engine`` runs the module, ``compiled`` caches it, ``passed`` records results.
"""
