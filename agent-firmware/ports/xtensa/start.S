/* First instructions, and the way into and out of the trap handler. No register window is used. */

/* Of the program: interrupts shut, user vector, not inside of an exception, no windows. */
#define PS_START 0x2f

#define VECTOR_KERNEL 0x300
#define VECTOR_USER 0x340
#define VECTOR_DOUBLE 0x3c0
#define VECTORS_BYTES 0x400

	.section .vectors, "ax"
	.begin no-transform
vectors:
	.org VECTOR_KERNEL
	j trap
	.org VECTOR_USER
	j trap
	.org VECTOR_DOUBLE
	j fault_in_trap
	.org VECTORS_BYTES
	.end no-transform

	.section .text.start, "ax"
	.literal_position
	.globl _start
	.align 4
_start:
	movi a0, 0
	wsr.intenable a0
	movi a2, PS_START
	wsr.ps a2
	rsync
	movi a2, vectors
	wsr.vecbase a2
	movi a2, xt_trap_stack_end
	wsr.excsave1 a2
	rsync
	/* Paint shows how deep the stack was. */
	movi a2, xt_stack_start
	movi a1, xt_stack_end
	movi a3, 0xa5a5a5a5
paint:
	s32i a3, a2, 0
	addi a2, a2, 4
	bltu a2, a1, paint
	movi a2, xt_bss_start
	movi a3, xt_bss_end
clear:
	bgeu a2, a3, cleared
	s32i a0, a2, 0
	addi a2, a2, 4
	j clear
cleared:
	call0 main
	/* main does not return */
park:
	waiti 15
	j park

/*
 * On a stack of its own: what is interrupted may have left none. The core stays inside of the
 * exception, so no interrupt comes, and a fault goes to the double vector.
 */
	.section .text.trap, "ax"
	.literal_position
	.align 4
trap:
	xsr.excsave1 a1
	addi a1, a1, -48
	s32i a0, a1, 0
	s32i a2, a1, 4
	s32i a3, a1, 8
	s32i a4, a1, 12
	s32i a5, a1, 16
	s32i a6, a1, 20
	s32i a7, a1, 24
	s32i a8, a1, 28
	s32i a9, a1, 32
	s32i a10, a1, 36
	s32i a11, a1, 40
	rsr.sar a2
	s32i a2, a1, 44
	rsr.exccause a2
	rsr.epc1 a3
	rsr.excvaddr a4
	call0 xt_trap
	l32i a2, a1, 44
	wsr.sar a2
	l32i a0, a1, 0
	l32i a2, a1, 4
	l32i a3, a1, 8
	l32i a4, a1, 12
	l32i a5, a1, 16
	l32i a6, a1, 20
	l32i a7, a1, 24
	l32i a8, a1, 28
	l32i a9, a1, 32
	l32i a10, a1, 36
	l32i a11, a1, 40
	addi a1, a1, 48
	xsr.excsave1 a1
	rfe

/* The handler itself is broken: nothing is kept, nothing comes back. */
fault_in_trap:
	movi a1, xt_trap_stack_end
	rsr.exccause a2
	rsr.depc a3
	rsr.excvaddr a4
	call0 xt_trap_fault
