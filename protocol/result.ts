/** Outcome of reading input that may be bad: bad bytes are ordinary and never throw. */
export type Result<Value, Failure = string> =
	| {readonly ok: true; readonly value: Value}
	| {readonly ok: false; readonly error: Failure};

export function success<Value>(value: Value): {readonly ok: true; readonly value: Value} {
	return {ok: true, value};
}

export function failure<Failure>(error: Failure): {readonly ok: false; readonly error: Failure} {
	return {ok: false, error};
}
