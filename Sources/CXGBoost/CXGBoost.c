#include "CXGBoost.h"

#include <dlfcn.h>
#include <stddef.h>

const char *cxgb_fill(CXGBTable *table, void *library) {
#define CXGB_LOOK_UP(result, name, symbol, parameters)                                                                 \
    *(void **)&table->name = dlsym(library, symbol);                                                                   \
    if (table->name == NULL) return symbol;
    CXGB_FUNCTIONS(CXGB_LOOK_UP)
#undef CXGB_LOOK_UP
    return NULL;
}
