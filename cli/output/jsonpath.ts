import {failure, success, type Result} from '../../protocol/result.ts';
import {parseTemplate, type Operand, type Operator, type Piece, type Step} from './jsonpath-parse.ts';

/**
 * What `-o jsonpath=TEMPLATE` prints of a value: the dialect of kubectl, without regular expressions, as there. What a
 * path does not find prints nothing. The error says what is wrong with the template.
 */
export function printJsonPath(template: string, value: unknown): Result<string, string> {
	const pieces = parseTemplate(template);
	return pieces.ok ? success(printPieces(pieces.value, value)) : failure(`error parsing jsonpath ${template}, ${pieces.error}`);
}

function printPieces(pieces: readonly Piece[], value: unknown): string {
	return pieces.map((piece) => {
		switch (piece.kind) {
			case 'text':
				return piece.text;
			case 'path':
				return select(piece.steps, value).map(printValue).join(' ');
			case 'range':
				return select(piece.steps, value).map((found) => printPieces(piece.body, found)).join('');
		}
	}).join('');
}

function printValue(value: unknown): string {
	return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

function select(steps: readonly Step[], value: unknown): readonly unknown[] {
	return steps.reduce<readonly unknown[]>((found, step) => found.flatMap((item) => apply(step, item)), [value]);
}

function apply(step: Step, value: unknown): readonly unknown[] {
	switch (step.kind) {
		case 'field':
			return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
		case 'all':
			return children(value);
		case 'descend':
			return descend(value);
		case 'index':
			return Array.isArray(value) ? present(value.at(step.index)) : [];
		case 'slice':
			return Array.isArray(value) ? value.slice(step.from, step.to).filter((_item, index) => index % step.by === 0) : [];
		case 'union':
			return step.steps.flatMap((one) => apply(one, value));
		case 'filter':
			return children(value).filter((item) =>
				holds(step.operator, resolve(step.left, item), step.right && resolve(step.right, item)));
	}
}

function children(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
}

function descend(value: unknown): readonly unknown[] {
	return [value, ...children(value).flatMap(descend)];
}

function present(value: unknown): readonly unknown[] {
	return value === undefined ? [] : [value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolve(operand: Operand, item: unknown): unknown {
	return 'value' in operand ? operand.value : select(operand, item)[0];
}

function holds(operator: Operator, left: unknown, right: unknown): boolean {
	if (operator === 'exists') {
		return left !== undefined;
	}
	if (left === undefined || right === undefined) {
		return false;
	}
	if (operator === '==' || operator === '!=') {
		return (left === right) === (operator === '==');
	}
	if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) {
		return false;
	}
	const other = right as typeof left;
	switch (operator) {
		case '<':
			return left < other;
		case '>':
			return left > other;
		case '<=':
			return left <= other;
		case '>=':
			return left >= other;
	}
}
