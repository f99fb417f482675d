# SPDX-License-Identifier: GPL-2.0
#
# Shared by the groups of tests of live updates. Include it after ../lib.mk.

include ../liveupdate/lib/libliveupdate.mk

# Installed with each group, because its tests source them.
TEST_INCLUDES += $(wildcard ../luo_lib/*.sh)

# Rebuild the programs if a header changes. The rules of lib.mk do not pass the headers to
# the compiler.
LUO_LIB_HDRS := $(wildcard ../luo_lib/*.h)
LOCAL_HDRS += $(LUO_LIB_HDRS)
$(TEST_GEN_FILES): $(LUO_LIB_HDRS)

# $(call luo_lib,NAME...) - the sources of these parts
luo_lib = $(patsubst %,../luo_lib/%.c,$(1))
