/** What a scalar without quotes means to kubectl. */
export type ScalarValue = string | number | bigint | boolean | null;

const words = new Map<string, boolean | null>([
	...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
	...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
	...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const notFinite = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const integer = /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/**
 * Resolves as sigs.k8s.io/yaml does, which keeps to version 1.1 with exceptions: numbers of base 60 and dates are text,
 * and octal numbers may begin with 0o. An integer that a double does not hold exactly comes as a bigint.
 */
export function resolvePlain(text: string): ScalarValue {
	const word = words.get(text);
	if (word !== undefined) {
		return word;
	}
	if (notFinite.test(text)) {
		return text.toLowerCase().endsWith('nan') ? Number.NaN : Infinity;
	}
	if (text.startsWith('.')) {
		return float.test(text) ? finite(Number(text), text) : text;
	}
	return /^[-+0-9]/.test(text) ? resolveNumber(text) : text;
}

function resolveNumber(text: string): ScalarValue {
	const plain = text.replaceAll('_', '');
	if (integer.test(plain)) {
		const value = parseInteger(plain);
		// Beyond 64 bits kubectl takes a decimal number as a float, and any other as text.
		if (value >= -(2n ** 63n) && value < 2n ** 64n) {
			return Number.isSafeInteger(Number(value)) ? Number(value) : value;
		}
	}
	return float.test(plain) ? finite(Number(plain), text) : text;
}

function parseInteger(plain: string): bigint {
	const digits = plain.replace(/^[-+]/, '');
	const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
	return plain.startsWith('-') ? -value : value;
}

/** A float that overflows is text; there is no negative zero in what is sent. */
function finite(value: number, text: string): ScalarValue {
	return Number.isFinite(value) ? value + 0 : text;
}
