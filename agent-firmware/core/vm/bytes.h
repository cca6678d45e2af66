/*
 * Little-endian numbers at any address of memory. Byte by byte, so that neither the alignment nor
 * the byte order of the host matters; compilers make one access of it where the host allows that.
 */
#ifndef BPF_BYTES_H
#define BPF_BYTES_H

#include <stdint.h>

static inline uint16_t bpf_load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | (uint16_t)(bytes[1] << 8));
}

static inline uint32_t bpf_load32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static inline uint64_t bpf_load64(const uint8_t *bytes)
{
	return (uint64_t)bpf_load32(bytes) | (uint64_t)bpf_load32(bytes + 4) << 32;
}

static inline void bpf_store16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

static inline void bpf_store32(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
	bytes[2] = (uint8_t)(value >> 16);
	bytes[3] = (uint8_t)(value >> 24);
}

static inline void bpf_store64(uint8_t *bytes, uint64_t value)
{
	bpf_store32(bytes, (uint32_t)value);
	bpf_store32(bytes + 4, (uint32_t)(value >> 32));
}

#endif
