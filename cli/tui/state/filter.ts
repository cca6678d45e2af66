import {matchesRequirements, parseSelector} from '../../../runtime/kube/selectors.ts';

/** What a filter looks at. */
export interface Filterable {
	readonly text: string;
	readonly labels: Readonly<Record<string, string>>;
}

export interface Filter {
	readonly matches: (row: Filterable) => boolean;
	/** Why it can't be used as it stands; it matches everything then. */
	readonly error?: string;
}

const everything: Filter = {matches: () => true};

/**
 * As in k9s: a regular expression without regard to case, `!expression` what does not match, `-l selector` by labels,
 * `-f letters` those letters in this order. Never throws.
 */
export function parseFilter(text: string): Filter {
	const wanted = text.trim();
	if (wanted === '' || wanted === '!' || wanted === '-') return everything;
	if (/^-l(\s|$)/.test(wanted)) return byLabels(wanted.slice(2).trim());
	if (/^-f(\s|$)/.test(wanted)) return fuzzy(wanted.slice(2).trim());
	return wanted.startsWith('!') ? byExpression(wanted.slice(1), false) : byExpression(wanted, true);
}

function byExpression(source: string, wanted: boolean): Filter {
	try {
		const expression = new RegExp(source, 'iu');
		return {matches: ({text}) => expression.test(text) === wanted};
	} catch (error) {
		return {...everything, error: error instanceof Error ? error.message : String(error)};
	}
}

function byLabels(selector: string): Filter {
	const parsed = parseSelector(selector);
	return parsed.ok
		? {matches: ({labels}) => matchesRequirements(parsed.value, labels)}
		: {...everything, error: parsed.error};
}

function fuzzy(letters: string): Filter {
	const wanted = Array.from(letters.toLowerCase()).filter((letter) => letter !== ' ');
	return {
		matches: ({text}) => {
			const lower = text.toLowerCase();
			let from = 0;
			return wanted.every((letter) => (from = lower.indexOf(letter, from) + 1) > 0);
		},
	};
}
