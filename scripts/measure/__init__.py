# SPDX-License-Identifier: GPL-2.0
"""
Processing of the figures that benchmarks print: figures (parsed, derived, fitted),
targets (their limits), table and chart (for people).
"""
