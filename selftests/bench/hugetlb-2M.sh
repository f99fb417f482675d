#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A hugetlb file of 1024 pages of 2 MiB.
#
# bench: boot=@,@,@ kernels=pkram mem=3G append="hugepages=1024" timeout=1800
. ./hugetlb-pages.sh

measure hugetlb-2m 2 1024
