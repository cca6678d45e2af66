/* First instructions, and the way into and out of the trap handler. */

	.section .init, "ax"
	.globl _start
_start:
	csrr t0, mhartid
	bnez t0, park
	csrw mie, zero
	la sp, rv_stack_end
	la t0, rv_trap_stack_end
	csrw mscratch, t0
	la t0, trap
	csrw mtvec, t0
	/* Paint shows how deep the stack was. */
	la t0, rv_stack_start
	la t1, rv_stack_end
	li t2, 0xa5a5a5a5
paint:
	sw t2, 0(t0)
	addi t0, t0, 4
	bltu t0, t1, paint
	la t0, rv_bss_start
	la t1, rv_bss_end
clear:
	bgeu t0, t1, cleared
	sw zero, 0(t0)
	addi t0, t0, 4
	j clear
cleared:
	call main
	/* One core runs the firmware; main does not return. */
park:
	wfi
	j park

/* On a stack of its own: what is interrupted may have left none. */
	.balign 4
trap:
	csrrw sp, mscratch, sp
	addi sp, sp, -64
	sw ra, 0(sp)
	sw t0, 4(sp)
	sw t1, 8(sp)
	sw t2, 12(sp)
	sw a0, 16(sp)
	sw a1, 20(sp)
	sw a2, 24(sp)
	sw a3, 28(sp)
	sw a4, 32(sp)
	sw a5, 36(sp)
	sw a6, 40(sp)
	sw a7, 44(sp)
	sw t3, 48(sp)
	sw t4, 52(sp)
	sw t5, 56(sp)
	sw t6, 60(sp)
	csrr a0, mcause
	csrr a1, mepc
	csrr a2, mtval
	call rv_trap
	lw ra, 0(sp)
	lw t0, 4(sp)
	lw t1, 8(sp)
	lw t2, 12(sp)
	lw a0, 16(sp)
	lw a1, 20(sp)
	lw a2, 24(sp)
	lw a3, 28(sp)
	lw a4, 32(sp)
	lw a5, 36(sp)
	lw a6, 40(sp)
	lw a7, 44(sp)
	lw t3, 48(sp)
	lw t4, 52(sp)
	lw t5, 56(sp)
	lw t6, 60(sp)
	addi sp, sp, 64
	csrrw sp, mscratch, sp
	mret
