# SPDX-License-Identifier: Apache-2.0
# embed_sql(TARGET FILES...): each .sql file becomes one row of a generated statements.inc:
#     STATEMENT(name, number of $n parameters, "text")
# so that the SQL lives in files that run in psql and a statement added is one file added.
function(embed_sql target)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/statements.inc)
    add_custom_command(
        OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/EmbedSql.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/EmbedSql.cmake
        VERBATIM)
    target_sources(${target} PRIVATE ${out})
    target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
