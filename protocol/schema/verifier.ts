import {imageReasons, type Reason} from './image.ts';

/** Why the verifier refuses a text; each comes with the index of an instruction. RFC 9669 says what is well-formed. */
export const verifierReasons = [
	{code: 1, name: 'TextEmpty', summary: 'there is no instruction'},
	{code: 2, name: 'OpcodeUnknown', summary: 'the opcode does not exist'},
	{code: 3, name: 'RegisterUnknown', summary: 'a register above r10'},
	{code: 4, name: 'RegisterReadOnly', summary: 'a write to r10'},
	{code: 5, name: 'FieldNotZero', summary: 'a field that the instruction does not use is not zero'},
	{code: 6, name: 'OffsetUnknown', summary: 'division or move with an offset that selects no variant'},
	{code: 7, name: 'SwapWidth', summary: 'a byte swap of another width than 16, 32 or 64'},
	{code: 8, name: 'WideTruncated', summary: 'a wide load without its second slot'},
	{code: 9, name: 'WideSecondSlot', summary: 'the second slot of a wide load holds more than an immediate'},
	{code: 10, name: 'WideKindUnsupported', summary: 'a wide load of a map or variable instead of a number'},
	{code: 11, name: 'JumpOutside', summary: 'a jump leaves the text'},
	{code: 12, name: 'JumpIntoWide', summary: 'a jump goes to the second slot of a wide load'},
	{code: 13, name: 'CallKindUnknown', summary: 'a call of a kind that does not exist'},
	{code: 14, name: 'LocalCallUnsupported', summary: 'a call of a function of the container'},
	{code: 15, name: 'TypedCallUnsupported', summary: 'a call of a helper by its type id'},
	{code: 16, name: 'HelperUnknown', summary: 'a helper number below 1 or above 63'},
	{code: 17, name: 'HelperDenied', summary: 'a helper that the contract does not permit'},
	{code: 18, name: 'AtomicUnsupported', summary: 'an atomic operation'},
	{code: 19, name: 'PacketUnsupported', summary: 'a historical packet access'},
	{code: 20, name: 'StackOutside', summary: 'an access relative to r10 outside the declared stack'},
	{code: 21, name: 'MissingExit', summary: 'the last instruction can fall off the end, or nothing ever exits'},
	{code: 22, name: 'EntryOutside', summary: 'a hook starts outside the text'},
	{code: 23, name: 'EntryIntoWide', summary: 'a hook starts at the second slot of a wide load'},
] as const satisfies readonly Reason[];

/** Why a run ended early; each comes with the index of the instruction. Codes from 32 on belong to the agent. */
export const faultCauses = [
	{code: 1, name: 'BadAccess', summary: 'an address outside the memory of the container'},
	{code: 2, name: 'ReadOnly', summary: 'a write to memory that may only be read'},
	{code: 3, name: 'BudgetExhausted', summary: 'the run used up its instructions'},
	{code: 4, name: 'HelperDenied', summary: 'a helper that the contract does not permit'},
	{code: 5, name: 'HelperUnknown', summary: 'a helper that the firmware does not have'},
	{code: 6, name: 'HelperFailed', summary: 'a helper could not do its work'},
	{code: 7, name: 'BadInstruction', summary: 'an instruction that the verifier would have refused'},
	{code: 8, name: 'PcOutside', summary: 'execution left the text'},
] as const satisfies readonly Reason[];

export type VerifierReason = (typeof verifierReasons)[number]['name'];
export type FaultCause = (typeof faultCauses)[number]['name'];

/** Name of a refusal by image or verifier as a report carries it; undefined for a code of a newer firmware. */
export function refusalName(code: number): string | undefined {
	return [...verifierReasons, ...imageReasons].find(reason => reason.code === code)?.name;
}

/** Name of a fault cause as a report carries it; undefined for a code of a newer firmware or of the agent. */
export function faultName(code: number): string | undefined {
	return faultCauses.find(cause => cause.code === code)?.name;
}
