/**
 * A function that remembers its last call: the same arguments (by identity) give the same result at once. For selectors,
 * whose arguments are parts of a state that change seldom.
 */
export function memo<Args extends readonly unknown[], Result>(compute: (...args: Args) => Result): (...args: Args) => Result {
	let last: {readonly args: Args; readonly result: Result} | undefined;
	return (...args) => {
		if (last === undefined || !last.args.every((arg, index) => Object.is(arg, args[index]))) {
			last = {args, result: compute(...args)};
		}
		return last.result;
	};
}

/** The same per object: what is computed of one that never changes is computed once. */
export function memoOf<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
	const known = new WeakMap<Key, Result>();
	return (key) => {
		const old = known.get(key);
		if (old !== undefined) return old;
		const result = compute(key);
		known.set(key, result);
		return result;
	};
}
