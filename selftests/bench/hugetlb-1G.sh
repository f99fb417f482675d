#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A hugetlb file of 4 pages of 1 GiB.
#
# bench: boot=@,@,@ kernels=pkram mem=7G timeout=1800
# bench: append="hugepagesz=1G hugepages=4"
. ./hugetlb-pages.sh

measure hugetlb-1g 1024 4
