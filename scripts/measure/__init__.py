# SPDX-License-Identifier: GPL-2.0
"""
What becomes of the figures that benchmarks print: figures (parsed, derived,
fitted), targets (what they have to reach), table and chart (shown to people).
"""
