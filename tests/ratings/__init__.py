"""Tests of tessera.ratings."""
