/** What reaches the controller and is not used, each by the one counter that it adds to. */
export const inputCounters = [
	{name: 'malformed', phrase: 'reports, slices and block requests that are not well-formed or too large'},
	{name: 'mac', phrase: 'reports with a wrong MAC'},
	{name: 'replay', phrase: 'reports older than the last one'},
	{name: 'duplicate', phrase: 'the last report once more'},
	{name: 'tooMany', phrase: 'block requests above the rate of a device'},
	{name: 'unavailable', phrase: 'block requests for what the device may not have, or what does not exist'},
	{name: 'unroutable', phrase: 'messages on topics of no device'},
	{name: 'presence', phrase: 'presences of bridges that are not well-formed'},
	{name: 'log', phrase: 'log lines of no assigned container, or too long'},
	{name: 'head', phrase: 'heads on the broker that somebody else wrote'},
	{name: 'grant', phrase: 'grants that do not hold'},
	{name: 'revoked', phrase: 'grants without keys'},
	{name: 'tenant', phrase: 'statements for another tenant'},
	{name: 'signature', phrase: 'statements signed by no key of the tenant'},
	{name: 'statement', phrase: 'statements that are not well-formed or too large'},
	{name: 'image', phrase: 'images that are not well-formed'},
	{name: 'digest', phrase: 'statements and images of another digest or size than declared'},
	{name: 'spec', phrase: 'specs that ask for more than statement or grant allow'},
] as const;

export type InputCounter = (typeof inputCounters)[number]['name'];
export type InputCounts = Readonly<Record<InputCounter, number>>;

/** Adds one to a counter. */
export type CountInput = (name: InputCounter) => void;

export class InputTally {
	readonly #counts = new Map<InputCounter, number>();

	readonly add: CountInput = name => {
		this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
	};

	get counts(): InputCounts {
		return Object.fromEntries(inputCounters.map(({name}) => [name, this.#counts.get(name) ?? 0])) as InputCounts;
	}
}

const ofReason: Readonly<Record<string, InputCounter>> = {
	UnknownTenant: 'tenant', SignatureInvalid: 'signature', StatementMalformed: 'statement', ImageMalformed: 'image',
	DigestMismatch: 'digest', HookUnknown: 'spec', HookNotInStatement: 'spec', ParameterUnknown: 'spec',
	ParameterOutOfRange: 'spec', LimitTooHigh: 'spec', NotGranted: 'spec', BudgetTooHigh: 'spec', QuotaExceeded: 'spec',
};

/** The counter of a container that can't be run as declared; none when a FemtoTenant or missing bytes are the reason. */
export function counterOfReason(reason: string): InputCounter | undefined {
	return ofReason[reason];
}
