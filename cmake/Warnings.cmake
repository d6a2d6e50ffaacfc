# SPDX-License-Identifier: Apache-2.0
# The warnings every target is built with.  -Werror stands in the presets only, so that a new compiler never breaks
# somebody's plain build.
add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wundef -Wpointer-arith -Wformat=2
    -Wnull-dereference -Wdouble-promotion -Wvla -Wswitch-enum -Walloca
    -Werror=implicit-function-declaration -Werror=incompatible-pointer-types -Werror=int-conversion
    -Werror=return-type
    $<$<C_COMPILER_ID:GNU>:-Wcast-align=strict -Wformat-overflow=2 -Wimplicit-fallthrough=5 -Wduplicated-cond
    -Wduplicated-branches -Wlogical-op -Wjump-misses-init>)
target_compile_definitions(warnings INTERFACE _GNU_SOURCE)
