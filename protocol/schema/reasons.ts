/**
 * Numbers that cross the air with a meaning each: states of a container on a device, reasons of a refusal, counters.
 * Numbers are never reused. Names are also the reasons of conditions and events.
 */
export interface NumberedName {
	readonly id: number;
	readonly name: string;
	/** One phrase for the operator, without a full stop. */
	readonly phrase: string;
}

/** What a report says of one container. */
export const containerStates = [
	{id: 1, name: 'Fetching', phrase: 'statement or image is on its way'},
	{id: 2, name: 'Trial', phrase: 'attached, not yet confirmed'},
	{id: 3, name: 'Confirmed', phrase: 'attached and confirmed'},
	{id: 4, name: 'Quarantined', phrase: 'detached, its generation was given up'},
	{id: 5, name: 'Refused', phrase: 'refused by the device'},
] as const satisfies readonly NumberedName[];

/** Added to a verifier reason (schema/verifier.ts) when a report carries it as the reason of a refusal. */
export const verifierReasonBase = 64;

/** Why a device refuses what its document names; from 64 on: `verifierReasonBase` + the verifier's reason. */
export const refusalReasons = [
	{id: 1, name: 'ObjectUnavailable', phrase: 'the image server does not have the object'},
	{id: 2, name: 'DigestMismatch', phrase: 'the bytes do not hash to the digest that names them'},
	{id: 3, name: 'ObjectTooLarge', phrase: 'the object is larger than the device has room for'},
	{id: 4, name: 'MalformedStatement', phrase: 'the statement is not a well-formed statement of this profile'},
	{id: 5, name: 'SignatureInvalid', phrase: 'the signature is not of a key of the tenant'},
	{id: 6, name: 'UnknownTenant', phrase: 'the document holds no grant for the tenant'},
	{id: 7, name: 'GrantInvalid', phrase: 'the grant is malformed or not signed by the fleet root'},
	{id: 8, name: 'GrantRevoked', phrase: 'the grant holds no keys'},
	{id: 9, name: 'WrongAbi', phrase: 'the statement is for another vendor or hook ABI'},
	{id: 10, name: 'BelowFloor', phrase: 'the sequence is below the floor of the container'},
	{id: 11, name: 'HookUnavailable', phrase: 'the firmware lacks a hook that the statement names'},
	{id: 12, name: 'HelperUnavailable', phrase: 'the firmware lacks a helper that the statement asks for'},
	{id: 13, name: 'NotGranted', phrase: 'the statement asks for more than the grant allows'},
	{id: 14, name: 'ImageMalformed', phrase: 'the image header is not well-formed'},
	{id: 15, name: 'NoRam', phrase: 'not enough RAM for text, data and stack'},
	{id: 16, name: 'NoFlash', phrase: 'not enough flash for the generation'},
	{id: 17, name: 'ContainerTaken', phrase: 'the device already runs that container of that tenant'},
	{id: 18, name: 'ParameterInvalid', phrase: 'a parameter is outside the bounds of the image'},
	{id: 19, name: 'DocumentMalformed', phrase: 'the document is not well-formed'},
	{id: 20, name: 'HookNotInStatement', phrase: 'the document attaches a hook that the statement does not name'},
	{id: 21, name: 'TooManyFaults', phrase: 'the generation took more faults than its policy tolerates'},
	{id: 22, name: 'WatchdogResets', phrase: 'the device was reset by its watchdog three times while the generation was attached'},
	{id: 23, name: 'LinkDead', phrase: 'the link that worked before stayed dead while the generation was attached'},
] as const satisfies readonly NumberedName[];

/** What a device counts: every input it refuses adds to exactly one of these. */
export const deviceCounters = [
	{id: 1, name: 'datagram_malformed', phrase: 'datagrams that are no MQTT-SN message'},
	{id: 2, name: 'datagram_unexpected', phrase: 'messages that fit no state'},
	{id: 3, name: 'head_mac', phrase: 'heads with a wrong MAC'},
	{id: 4, name: 'head_malformed', phrase: 'heads that are not well-formed'},
	{id: 5, name: 'head_stale', phrase: 'heads with a generation not above the accepted one'},
	{id: 6, name: 'block_malformed', phrase: 'blocks that are not well-formed'},
	{id: 7, name: 'block_unexpected', phrase: 'blocks nobody asked for'},
	{id: 8, name: 'object_digest', phrase: 'objects with a wrong digest'},
	{id: 9, name: 'object_refused', phrase: 'objects refused for what they hold'},
	{id: 10, name: 'message_unroutable', phrase: 'messages for a container that is not there'},
	{id: 11, name: 'link_lost', phrase: 'links given up after the last retry'},
	{id: 12, name: 'publish_dropped', phrase: 'publications of containers dropped for want of room'},
	{id: 13, name: 'flash_error', phrase: 'flash operations that failed'},
] as const satisfies readonly NumberedName[];

/** What a fault policy does after `maxFaults`. */
export const faultActions = [
	{id: 1, name: 'Revert', phrase: 'go back to the previous generation'},
	{id: 2, name: 'Quarantine', phrase: 'detach'},
	{id: 3, name: 'Count', phrase: 'only count'},
] as const satisfies readonly NumberedName[];
