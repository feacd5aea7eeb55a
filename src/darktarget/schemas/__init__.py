"""Schemas of TOML files: messages about mistakes, key references and JSON Schemas, all from one description of the keys.

A schema is a pydantic model whose fields carry a description; frozen dataclasses (signatures, options) and typed
dictionaries (materials) are turned into such models.
"""
