/**
 * Every CBOR structure that crosses the air, in one place. Encodings are deterministic (RFC 8949, 4.2.1).
 * Sizes are checked by the generator: what a 64-byte datagram must hold has a budget of 57 bytes.
 */
import {
	bytes, constantBytes, constantInt, emptyMap, int32, list, nil, struct, text, u16, u32, u53, u8, uint, wrapped,
	type StructSchema,
} from './types.ts';

/** Payload of a PUBLISH in a datagram of 64 bytes: 64 − 7 bytes of header. */
export const payloadBudgetBytes = 57;
export const reportSliceBytesMax = 45;
export const documentBytesMax = 2048;
export const reportBytesMax = 2048;
export const statementBytesMax = 352;
export const grantBytesMax = 400;
export const containersMax = 31;
export const grantsMax = 8;
export const hooksPerStatementMax = 16;

/** COSE algorithm ids: HMAC 256/64 (RFC 9053) and Ed25519 (RFC 9864). */
export const coseAlgorithms = {hmac256_64: 4, ed25519: -19, sha256: -16} as const;

/** external_aad of each signed or authenticated object, one byte each, so that none passes for another. */
export const coseContexts = {head: 'd', report: 'r', grant: 'g', statement: ''} as const;

/** UUIDv5 in the DNS name space of `femtofleet.dev`. */
export const vendorId = 'eab2c52ad0ff549192ec710b5e5f35d5';
/** UUIDv5 of `abi-1` in the vendor's name space; raised only when an existing context or helper changes. */
export const classId = '37f1709c14db5a28a98804c1117b37f3';

const digest = bytes(32);
/** The first 16 bytes of a SHA-256: enough to name an object that a MAC covers. */
const digest16 = bytes(16);
const hookId = u16;
/** Bit n stands for helper number n; helper numbers stay below 53. */
const permissionMask = u53;

export const messages = [
	{
		name: 'mac0',
		summary: 'COSE_Mac0 (RFC 9052, 6.2) with HMAC 256/64',
		layout: 'array',
		tag: 17,
		maxBytes: reportBytesMax,
		fields: [
			{name: 'protected', type: constantBytes('a10104'), summary: '{1: 4}'},
			{name: 'unprotected', type: emptyMap, summary: 'no unprotected parameters'},
			{name: 'payload', type: bytes(1, reportBytesMax), summary: 'head or report'},
			{name: 'mac', type: bytes(8), summary: 'first 8 bytes of HMAC-SHA-256 over the MAC_structure'},
		],
	},
	{
		name: 'mac_structure',
		summary: 'What a COSE_Mac0 authenticates (RFC 9052, 6.3)',
		layout: 'array',
		fields: [
			{name: 'context', type: text(4, 4), summary: '"MAC0"'},
			{name: 'protected', type: constantBytes('a10104'), summary: '{1: 4}'},
			{name: 'externalAad', type: bytes(0, 1), summary: 'coseContexts'},
			{name: 'payload', type: bytes(1, reportBytesMax), summary: 'head or report'},
		],
	},
	{
		name: 'sign1',
		summary: 'COSE_Sign1 (RFC 9052, 4.2) with Ed25519 and its payload inside',
		layout: 'array',
		tag: 18,
		maxBytes: grantBytesMax,
		fields: [
			{name: 'protected', type: constantBytes('a10132'), summary: '{1: -19}'},
			{name: 'unprotected', type: emptyMap, summary: 'no unprotected parameters'},
			{name: 'payload', type: bytes(1, grantBytesMax), summary: 'grant'},
			{name: 'signature', type: bytes(64), summary: 'Ed25519 over the Sig_structure'},
		],
	},
	{
		name: 'sign1_detached',
		summary: 'COSE_Sign1 with its payload elsewhere, as a SUIT authentication block has it',
		layout: 'array',
		tag: 18,
		fields: [
			{name: 'protected', type: constantBytes('a10132'), summary: '{1: -19}'},
			{name: 'unprotected', type: emptyMap, summary: 'no unprotected parameters'},
			{name: 'payload', type: nil, summary: 'detached'},
			{name: 'signature', type: bytes(64), summary: 'Ed25519 over the Sig_structure'},
		],
	},
	{
		name: 'sig_structure',
		summary: 'What a COSE_Sign1 signs (RFC 9052, 4.4)',
		layout: 'array',
		fields: [
			{name: 'context', type: text(10, 10), summary: '"Signature1"'},
			{name: 'protected', type: constantBytes('a10132'), summary: '{1: -19}'},
			{name: 'externalAad', type: bytes(0, 1), summary: 'coseContexts'},
			{name: 'payload', type: bytes(1, grantBytesMax), summary: 'what is signed'},
		],
	},
	{
		name: 'head',
		summary: 'Pointer to the document of one device; payload of a COSE_Mac0 on f/<device>/d',
		layout: 'map',
		unknownKeys: 'skip',
		fields: [
			{key: 1, name: 'desiredGeneration', type: u53, summary: 'raised with every new document'},
			{key: 2, name: 'documentDigest', type: digest16, summary: 'first 16 bytes of its SHA-256'},
			{key: 3, name: 'documentBytes', type: uint(documentBytesMax), summary: 'its size'},
		],
	},
	{
		name: 'document',
		summary: 'The full list of what one device shall run',
		layout: 'map',
		unknownKeys: 'skip',
		maxBytes: documentBytesMax,
		fields: [
			{key: 1, name: 'reportPeriodSeconds', type: uint(86_400), summary: 'time between two reports when nothing changes'},
			{key: 2, name: 'wakeIntervalSeconds', type: uint(64_800), summary: 'time asleep; 0 = always awake'},
			{key: 3, name: 'grants', type: list(struct('grant_reference'), grantsMax), summary: 'by ascending tenant id'},
			{key: 4, name: 'containers', type: list(struct('assignment'), containersMax), summary: 'by ascending local id'},
		],
	},
	{
		name: 'grant_reference',
		summary: 'Names a grant',
		layout: 'array',
		fields: [
			{name: 'tenant', type: u32, summary: 'tenant id'},
			{name: 'digest', type: digest16, summary: 'first 16 bytes of the SHA-256 of the grant'},
		],
	},
	{
		name: 'assignment',
		summary: 'One container that the device shall run',
		layout: 'array',
		fields: [
			{name: 'localId', type: uint(containersMax), summary: '1 to 31, the number of the container on this device'},
			{name: 'statementDigest', type: digest16, summary: 'first 16 bytes of the SHA-256 of the statement'},
			{name: 'hooks', type: list(struct('attachment'), hooksPerStatementMax), summary: 'where to attach'},
			{name: 'parameters', type: list(int32, 16), summary: 'values by index; the image has defaults for the rest'},
			{name: 'limits', type: struct('limits'), summary: 'narrow the statement'},
			{name: 'faultPolicy', type: struct('fault_policy'), summary: 'what too many faults do'},
			{name: 'minRuns', type: u32, summary: 'runs before the container can be confirmed'},
			{name: 'minReadySeconds', type: u32, summary: 'time without a fault before it can be confirmed'},
		],
	},
	{
		name: 'attachment',
		summary: 'A hook of a container',
		layout: 'array',
		fields: [
			{name: 'hook', type: hookId, summary: 'hook id'},
			{name: 'order', type: u16, summary: 'lower runs earlier'},
			{name: 'parameters', type: list(int32, 4), summary: 'values by index; the hook has defaults for the rest'},
		],
	},
	{
		name: 'limits',
		summary: 'Limits of one container',
		layout: 'array',
		fields: [{name: 'instructionsPerRun', type: u32, summary: '0 = what the statement says'}],
	},
	{
		name: 'fault_policy',
		summary: 'What too many faults do',
		layout: 'array',
		fields: [
			{name: 'maxFaults', type: u16, summary: 'faults that are tolerated'},
			{name: 'action', type: u8, summary: 'faultActions'},
		],
	},
	{
		name: 'block_request',
		summary: 'Asks for bytes of an object, on f/<device>/g',
		layout: 'array',
		budgetBytes: payloadBudgetBytes,
		maxBytes: payloadBudgetBytes,
		fields: [
			{name: 'digest', type: digest16, summary: 'first 16 bytes of the SHA-256 of the object'},
			{name: 'offset', type: u16, summary: 'first byte wanted'},
			{name: 'length', type: u16, summary: 'how many at most'},
		],
	},
	{
		name: 'block',
		summary: 'Bytes of an object, on f/<device>/b; no bytes = not available now',
		layout: 'array',
		fields: [
			{name: 'digest', type: bytes(4), summary: 'first 4 bytes of the SHA-256 of the object'},
			{name: 'offset', type: u16, summary: 'position of the first byte'},
			{name: 'bytes', type: bytes(0, 1024), summary: 'the bytes'},
		],
	},
	{
		name: 'report_slice',
		summary: 'A part of one report, on f/<device>/r',
		layout: 'array',
		budgetBytes: payloadBudgetBytes,
		maxBytes: payloadBudgetBytes,
		fields: [
			{name: 'report', type: u32, summary: 'number of the report since boot'},
			{name: 'part', type: u8, summary: 'from 0'},
			{name: 'parts', type: u8, summary: 'how many there are'},
			{name: 'bytes', type: bytes(1, reportSliceBytesMax), summary: 'the bytes'},
		],
	},
	{
		name: 'report',
		summary: 'What a device says it runs; payload of a COSE_Mac0 cut into slices',
		layout: 'map',
		unknownKeys: 'skip',
		maxBytes: reportBytesMax,
		fields: [
			{key: 1, name: 'boot', type: u32, summary: 'number of boots of this device'},
			{key: 2, name: 'sequence', type: u32, summary: 'number of the report since boot, from 1'},
			{key: 3, name: 'acceptedGeneration', type: u53, summary: 'desiredGeneration of the accepted head, 0 before the first'},
			{key: 4, name: 'nextReportSeconds', type: u32, summary: 'when the next report is due at the latest'},
			{key: 5, name: 'containers', type: list(struct('container_report'), containersMax), summary: 'by ascending local id'},
			{key: 6, name: 'refusals', type: list(struct('refusal'), containersMax), summary: 'what the device refuses'},
			{key: 7, name: 'inventory', type: struct('inventory'), optional: true, summary: 'first report of a boot, and after a change'},
			{key: 8, name: 'counters', type: list(struct('counter'), 48), optional: true, summary: 'those above 0, with the inventory'},
		],
	},
	{
		name: 'container_report',
		summary: 'One container as it really is',
		layout: 'array',
		fields: [
			{name: 'localId', type: uint(containersMax), summary: 'the number of the container on this device'},
			{name: 'state', type: u8, summary: 'containerStates'},
			{name: 'statementDigest', type: digest16, summary: 'first 16 bytes of the SHA-256 of what is attached'},
			{name: 'generation', type: u32, summary: 'numbered install'},
			{name: 'runs', type: u32, summary: 'runs since attached'},
			{name: 'faults', type: u32, summary: 'faults that the policy counts'},
			{name: 'lastFault', type: struct('fault'), summary: 'cause 0 = none'},
			{name: 'instructions', type: u53, summary: 'instructions since attached'},
		],
	},
	{
		name: 'fault',
		summary: 'Cause and place of a fault',
		layout: 'array',
		fields: [
			{name: 'cause', type: u8, summary: 'faultCauses'},
			{name: 'pc', type: u16, summary: 'index of the instruction'},
		],
	},
	{
		name: 'refusal',
		summary: 'What the device refuses, and why',
		layout: 'array',
		fields: [
			{name: 'localId', type: uint(containersMax), summary: '0 = the document itself'},
			{name: 'reason', type: u8, summary: 'refusalReasons, or verifierReasonBase + verifierReasons'},
			{name: 'instruction', type: u16, summary: 'index of the instruction, 0xffff = none'},
		],
	},
	{
		name: 'inventory',
		summary: 'What a device is and offers',
		layout: 'map',
		unknownKeys: 'skip',
		fields: [
			{key: 1, name: 'firmware', type: text(1, 23), summary: 'version of the firmware'},
			{key: 2, name: 'board', type: text(1, 23), summary: 'name of the board'},
			{key: 3, name: 'buildId', type: bytes(8), summary: 'build of the firmware'},
			{key: 4, name: 'hooks', type: list(hookId, 32), summary: 'hook ids, ascending'},
			{key: 5, name: 'helpers', type: permissionMask, summary: 'helpers offered, a bit each'},
			{key: 6, name: 'freeRamBytes', type: u32, summary: 'RAM for text, data and stacks of containers'},
			{key: 7, name: 'freeFlashBytes', type: u32, summary: 'flash for generations'},
			{key: 8, name: 'mtuBytes', type: u16, summary: 'largest datagram'},
			{key: 9, name: 'documentBytes', type: u16, summary: 'largest document'},
			{key: 10, name: 'containers', type: u8, summary: 'containers it can hold'},
		],
	},
	{
		name: 'counter',
		summary: 'One counter',
		layout: 'array',
		fields: [
			{name: 'id', type: u8, summary: 'deviceCounters'},
			{name: 'value', type: u32, summary: 'since boot'},
		],
	},
	{
		name: 'grant',
		summary: 'What one tenant may do on the devices of a fleet; payload of a COSE_Sign1 of the fleet root',
		layout: 'map',
		unknownKeys: 'refuse',
		fields: [
			{key: 1, name: 'tenant', type: u32, summary: 'tenant id'},
			{key: 2, name: 'namespace', type: text(1, 63), summary: 'its Kubernetes namespace'},
			{key: 3, name: 'sequence', type: u32, summary: 'a newer grant has a greater one'},
			{key: 4, name: 'keys', type: list(bytes(32), 2), summary: 'Ed25519 public keys; none = revoked'},
			{key: 5, name: 'hooks', type: list(hookId, 32), summary: 'hook ids, ascending'},
			{key: 6, name: 'permissions', type: permissionMask, summary: 'helpers, a bit each'},
			{key: 7, name: 'quotas', type: struct('quotas'), summary: 'of the tenant on one device'},
		],
	},
	{
		name: 'quotas',
		summary: 'What one tenant may use of one device',
		layout: 'array',
		fields: [
			{name: 'containers', type: u8, summary: 'containers'},
			{name: 'ramBytes', type: u32, summary: 'data and stack of all its containers'},
			{name: 'instructionsPerRun', type: u32, summary: 'greatest budget of one run'},
			{name: 'keys', type: u16, summary: 'keys in its key-value stores'},
		],
	},
	{
		name: 'signed_grant',
		summary: 'COSE_Sign1 around a grant, as it is stored and sent',
		layout: 'array',
		tag: 18,
		budgetBytes: grantBytesMax,
		maxBytes: grantBytesMax,
		fields: [
			{name: 'protected', type: constantBytes('a10132'), summary: '{1: -19}'},
			{name: 'unprotected', type: emptyMap, summary: 'no unprotected parameters'},
			{name: 'payload', type: wrapped('grant'), summary: 'the grant'},
			{name: 'signature', type: bytes(64), summary: 'Ed25519 over the Sig_structure'},
		],
	},
	{
		name: 'suit_envelope',
		summary: 'A statement as it is stored and sent: SUIT_Envelope (draft-ietf-suit-manifest-37, 8.2)',
		layout: 'map',
		tag: 107,
		unknownKeys: 'refuse',
		maxBytes: statementBytesMax,
		fields: [
			{key: 2, name: 'authentication', type: wrapped('suit_authentication'), summary: 'digest and signature'},
			{key: 3, name: 'manifest', type: bytes(1, statementBytesMax), summary: 'encoded suit_manifest; the digest covers its head too'},
		],
	},
	{
		name: 'suit_authentication',
		summary: 'SUIT_Authentication with one block',
		layout: 'array',
		fields: [
			{name: 'digest', type: bytes(1, 40), summary: 'encoded suit_digest of the manifest: the payload that is signed'},
			{name: 'signature', type: wrapped('sign1_detached'), summary: 'by a key of the tenant'},
		],
	},
	{
		name: 'suit_digest',
		summary: 'SUIT_Digest with SHA-256',
		layout: 'array',
		fields: [
			{name: 'algorithm', type: constantInt(coseAlgorithms.sha256), summary: 'SHA-256'},
			{name: 'digest', type: digest, summary: 'the digest'},
		],
	},
	{
		name: 'suit_manifest',
		summary: 'SUIT_Manifest',
		layout: 'map',
		unknownKeys: 'refuse',
		fields: [
			{key: 1, name: 'version', type: constantInt(1), summary: 'manifest version'},
			{key: 2, name: 'sequence', type: u32, summary: 'a newer statement of a container has a greater one'},
			{key: 3, name: 'common', type: wrapped('suit_common'), summary: 'common metadata'},
			{key: 7, name: 'validate', type: wrapped('suit_validate'), summary: 'what to check before it runs'},
		],
	},
	{
		name: 'suit_common',
		summary: 'SUIT_Common with one component',
		layout: 'map',
		unknownKeys: 'refuse',
		fields: [
			{key: 2, name: 'components', type: struct('suit_components'), summary: 'the component'},
			{key: 4, name: 'sharedSequence', type: wrapped('suit_shared_sequence'), summary: 'parameters and conditions'},
		],
	},
	{
		name: 'suit_components',
		summary: 'The one component of a statement',
		layout: 'array',
		fields: [{name: 'component', type: struct('suit_component'), summary: 'the component id'}],
	},
	{
		name: 'suit_component',
		summary: 'Component id [tenant id, container name]',
		layout: 'array',
		fields: [
			{name: 'tenant', type: bytes(4), summary: 'tenant id, big-endian'},
			{name: 'container', type: bytes(1, 23), summary: 'container name [a-z0-9-]{1,23}'},
		],
	},
	{
		name: 'suit_shared_sequence',
		summary: 'override-parameters, then the vendor and class conditions (reporting policy 15)',
		layout: 'array',
		fields: [
			{name: 'overrideParameters', type: constantInt(20), summary: 'directive-override-parameters'},
			{name: 'parameters', type: struct('suit_parameters'), summary: 'parameters'},
			{name: 'vendorCondition', type: constantInt(1), summary: 'condition-vendor-identifier'},
			{name: 'vendorPolicy', type: constantInt(15), summary: 'reporting policy'},
			{name: 'classCondition', type: constantInt(2), summary: 'condition-class-identifier'},
			{name: 'classPolicy', type: constantInt(15), summary: 'reporting policy'},
		],
	},
	{
		name: 'suit_parameters',
		summary: 'Parameters of the image; negative keys are this profile\'s own',
		layout: 'map',
		unknownKeys: 'refuse',
		fields: [
			{key: 1, name: 'vendorId', type: bytes(16), summary: 'vendorId of this schema'},
			{key: 2, name: 'classId', type: bytes(16), summary: 'classId of this schema'},
			{key: 3, name: 'imageDigest', type: wrapped('suit_digest'), summary: 'of the packed image'},
			{key: 14, name: 'imageBytes', type: u16, summary: 'size of the packed image'},
			{key: -1, name: 'hooks', type: list(hookId, hooksPerStatementMax, 1), summary: 'hook ids, ascending'},
			{key: -2, name: 'permissions', type: permissionMask, summary: 'helpers, a bit each'},
			{key: -3, name: 'resources', type: struct('resources'), summary: 'what the container needs'},
			{key: -4, name: 'floor', type: u32, optional: true, summary: 'sequences below it never run again once this is confirmed'},
		],
	},
	{
		name: 'resources',
		summary: 'What a container needs, as its author states it',
		layout: 'array',
		fields: [
			{name: 'stackBytes', type: uint(512), summary: 'stack of one run'},
			{name: 'dataBytes', type: u16, summary: 'data and bss'},
			{name: 'instructionsPerRun', type: u32, summary: 'budget of one run'},
		],
	},
	{
		name: 'suit_validate',
		summary: 'The image-match condition (reporting policy 15)',
		layout: 'array',
		fields: [
			{name: 'imageMatch', type: constantInt(3), summary: 'condition-image-match'},
			{name: 'policy', type: constantInt(15), summary: 'reporting policy'},
		],
	},
] as const satisfies readonly StructSchema[];
