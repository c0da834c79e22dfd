"""Declarative mapping rules between an e-commerce platform and a returns platform."""
