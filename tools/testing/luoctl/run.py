#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of luoctl on this machine, without root. Prints KTAP."""

import sys

import test_check
import test_images
import test_program
import test_session
from harness import report

if __name__ == "__main__":
	CASES = test_check.CASES + test_images.CASES + test_program.CASES + test_session.CASES
	sys.exit(report([case for case in CASES if not sys.argv[1:] or
			 any(word in case[0] for word in sys.argv[1:])]))
