"""Schemas of TOML files: messages about mistakes, references and JSON Schemas from one description of the keys.

A schema is a pydantic model whose fields carry a description; frozen dataclasses (signatures, options) and typed
dictionaries (materials) are turned into such models.
"""
