// The door to DuckDB: its official header (duckdb.h, of 1.5.5, with its licence beside it) and a table of the functions
// that we call, filled when the library is opened. Nothing links against DuckDB; the program starts without it.
#pragma once
#include "duckdb.h"

// X(name) for duckdb_name. Types come from duckdb.h, so that a call is checked like a direct one.
#define MARTLET_DUCKDB_FUNCTIONS(X)                                                                                    \
    X(library_version) X(vector_size) X(free)                                                                          \
    X(create_config) X(set_config) X(destroy_config)                                                                   \
    X(open_ext) X(close) X(connect) X(disconnect) X(interrupt)                                                         \
    X(prepare) X(prepare_error) X(destroy_prepare) X(nparams)                                                          \
    X(prepared_statement_column_count) X(prepared_statement_column_name) X(prepared_statement_column_logical_type)     \
    X(bind_null) X(bind_boolean) X(bind_int64) X(bind_double) X(bind_varchar_length) X(bind_blob)                      \
    X(bind_date) X(bind_timestamp_tz)                                                                                  \
    X(execute_prepared) X(execute_prepared_streaming) X(destroy_result) X(result_error) X(rows_changed)                \
    X(column_count) X(column_name) X(column_logical_type) X(fetch_chunk)                                               \
    X(get_type_id) X(create_logical_type) X(create_decimal_type) X(destroy_logical_type)                               \
    X(decimal_width) X(decimal_scale) X(decimal_internal_type)                                                         \
    X(enum_internal_type) X(enum_dictionary_size) X(enum_dictionary_value)                                             \
    X(create_data_chunk) X(destroy_data_chunk) X(data_chunk_reset) X(data_chunk_get_size) X(data_chunk_set_size)       \
    X(data_chunk_get_vector) X(vector_get_data) X(vector_get_validity) X(vector_ensure_validity_writable)              \
    X(vector_assign_string_element_len)                                                                                \
    X(appender_create) X(appender_column_count) X(append_data_chunk) X(appender_close) X(appender_destroy)             \
    X(appender_error_data) X(error_data_message) X(destroy_error_data)

typedef struct {
#define X(name) __typeof__(&duckdb_##name) name;
    MARTLET_DUCKDB_FUNCTIONS(X)
#undef X
} martlet_duckdb_functions;

/// Fills `functions` from the library that dlopen gave `handle` for.
/// Returns null, or the name of the first function that the library lacks.
const char *martlet_duckdb_load(void *handle, martlet_duckdb_functions *functions);
