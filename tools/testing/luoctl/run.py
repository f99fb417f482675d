#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of luoctl on this machine, without root. Prints KTAP."""

import sys

import test_check
import test_session
from harness import report

if __name__ == "__main__":
	sys.exit(report(test_check.CASES + test_session.CASES))
