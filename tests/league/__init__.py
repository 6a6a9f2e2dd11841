"""Tests of tessera.league."""
