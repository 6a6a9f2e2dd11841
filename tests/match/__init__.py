"""Tests of tessera.match."""
