/* libsodium includes this header for names of types that the standard headers have, too. */
#ifndef SIM_SYS_TYPES_H
#define SIM_SYS_TYPES_H

#include <stddef.h>

#endif
