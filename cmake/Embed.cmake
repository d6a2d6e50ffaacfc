# SPDX-License-Identifier: Apache-2.0
# embed_sql(TARGET FILES...): each .sql file becomes one row of a generated statements.inc:
#     STATEMENT(name, DB_SET_<folder it stands in>, number of $n parameters, "text")
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

# embed_text(TARGET NAME FILES...): each file becomes one entry of a generated NAME.inc:
#     TEXT(name with _ for the dot, bytes..., 0)
# as it stands, comments and all.  As numbers above 127 do not fit a plain char: ASCII, or an array of unsigned char.
function(embed_text target name)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/${name}.inc)
    add_custom_command(
        OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/EmbedText.cmake
        VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()
