#include "CDuckDB.h"
#include <dlfcn.h>

const char *martlet_duckdb_load(void *handle, martlet_duckdb_functions *functions) {
#define X(name)                                                                          \
    functions->name = (__typeof__(&duckdb_##name))dlsym(handle, "duckdb_" #name);        \
    if (!functions->name) return "duckdb_" #name;
    MARTLET_DUCKDB_FUNCTIONS(X)
#undef X
    return 0;
}
