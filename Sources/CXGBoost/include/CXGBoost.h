#ifndef MARTLET_CXGBOOST_H
#define MARTLET_CXGBOOST_H

/* The functions of XGBoost's C API that this package calls, with the types they have in XGBoost 3.2.
   Nothing is linked: the table is filled from a library that was opened while the program runs.
   Every function but LastError and Version answers 0 for success and -1 for failure. */

#include <stdint.h>

typedef void *CXGBMatrix;
typedef void *CXGBBooster;

#define CXGB_FUNCTIONS(X)                                                                                              \
    X(const char *, LastError, "XGBGetLastError", (void))                                                              \
    X(void, Version, "XGBoostVersion", (int *major, int *minor, int *patch))                                           \
    X(int, MatrixFromDense, "XGDMatrixCreateFromDense", (const char *array, const char *config, CXGBMatrix *out))      \
    X(int, MatrixSetInfo, "XGDMatrixSetInfoFromInterface",                                                             \
      (CXGBMatrix matrix, const char *field, const char *array))                                                       \
    X(int, MatrixFree, "XGDMatrixFree", (CXGBMatrix matrix))                                                           \
    X(int, BoosterCreate, "XGBoosterCreate", (const CXGBMatrix *matrices, uint64_t count, CXGBBooster *out))           \
    X(int, BoosterFree, "XGBoosterFree", (CXGBBooster booster))                                                        \
    X(int, BoosterSetParameter, "XGBoosterSetParam", (CXGBBooster booster, const char *name, const char *value))       \
    X(int, BoosterSetFeatureInfo, "XGBoosterSetStrFeatureInfo",                                                        \
      (CXGBBooster booster, const char *field, const char **words, uint64_t count))                                   \
    X(int, BoosterUpdate, "XGBoosterUpdateOneIter", (CXGBBooster booster, int round, CXGBMatrix matrix))               \
    X(int, BoosterPredictDense, "XGBoosterPredictFromDense",                                                           \
      (CXGBBooster booster, const char *array, const char *config, CXGBMatrix metadata, const uint64_t **outShape,     \
       uint64_t *outDimensions, const float **outValues))                                                              \
    X(int, BoosterPredict, "XGBoosterPredictFromDMatrix",                                                              \
      (CXGBBooster booster, CXGBMatrix matrix, const char *config, const uint64_t **outShape,                          \
       uint64_t *outDimensions, const float **outValues))                                                              \
    X(int, BoosterSaveToBuffer, "XGBoosterSaveModelToBuffer",                                                          \
      (CXGBBooster booster, const char *config, uint64_t *outLength, const char **outBytes))                           \
    X(int, BoosterLoadFromBuffer, "XGBoosterLoadModelFromBuffer",                                                      \
      (CXGBBooster booster, const void *bytes, uint64_t length))                                                       \
    X(int, BoosterFeatureScore, "XGBoosterFeatureScore",                                                               \
      (CXGBBooster booster, const char *config, uint64_t *outCount, const char ***outNames, uint64_t *outDimensions,   \
       const uint64_t **outShape, const float **outScores))

typedef struct {
#define CXGB_FIELD(result, name, symbol, parameters) result(*name) parameters;
    CXGB_FUNCTIONS(CXGB_FIELD)
#undef CXGB_FIELD
} CXGBTable;

/* Fills the table from a handle of dlopen. Answers NULL, or the first symbol that the library lacks. */
const char *cxgb_fill(CXGBTable *table, void *library);

#endif
