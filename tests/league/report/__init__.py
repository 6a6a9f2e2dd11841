"""Tests of tessera.league.report."""
