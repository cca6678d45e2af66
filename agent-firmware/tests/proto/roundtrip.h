/* Decodes and encodes again a message that is named by text. Generated: roundtrip.c. */
#ifndef TESTS_PROTO_ROUNDTRIP_H
#define TESTS_PROTO_ROUNDTRIP_H

#include "core/cbor/cbor.h"

/* CBOR_END for a name that the schema does not have. */
enum cbor_err roundtrip(const char *name, struct cbor_view in, struct cbor_writer *out);

/* The name of protocol/cbor/errors.ts. */
const char *error_name(enum cbor_err err);

#endif
