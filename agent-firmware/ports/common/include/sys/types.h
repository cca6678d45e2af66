/* libsodium includes this header for names of types that the standard headers have, too. */
#ifndef COMMON_SYS_TYPES_H
#define COMMON_SYS_TYPES_H

#include <stddef.h>

#endif
