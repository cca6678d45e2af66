import {failure, success, type Result} from '../../protocol/result.ts';

/** One piece of a template: text between braces' outsides, the values of a path, or a loop over them. */
export type Piece =
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'path'; readonly steps: readonly Step[]}
	| {readonly kind: 'range'; readonly steps: readonly Step[]; readonly body: readonly Piece[]};

export type Step =
	| {readonly kind: 'field'; readonly name: string}
	| {readonly kind: 'all'}
	| {readonly kind: 'descend'}
	| {readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number}
	| {readonly kind: 'index'; readonly index: number}
	| {readonly kind: 'union'; readonly steps: readonly Step[]}
	| {readonly kind: 'filter'; readonly left: Operand; readonly operator: Operator; readonly right: Operand | undefined};

export type Operator = 'exists' | '==' | '!=' | '<' | '>' | '<=' | '>=';
export type Operand = readonly Step[] | {readonly value: string | number | boolean};

const blockPattern = /\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"'])*)\}/y;

/** Reads a template as `kubectl -o jsonpath=` takes it. The error is one phrase that names what could not be read. */
export function parseTemplate(text: string): Result<readonly Piece[], string> {
	const pieces: Piece[][] = [[]];
	const ranges: (readonly Step[])[] = [];
	for (let at = 0; at < text.length;) {
		const open = text.indexOf('{', at);
		const plain = text.slice(at, open < 0 ? text.length : open);
		if (plain !== '') pieces.at(-1)?.push({kind: 'text', text: plain});
		if (open < 0) break;
		blockPattern.lastIndex = open;
		const match = blockPattern.exec(text);
		if (match === null) return failure(`unclosed action: ${text.slice(open)}`);
		at = blockPattern.lastIndex;
		const problem = readBlock((match[1] ?? '').trim(), pieces, ranges);
		if (problem !== undefined) return failure(problem);
	}
	return ranges.length > 0 ? failure('{range} without {end}') : success(pieces[0] ?? []);
}

function readBlock(block: string, pieces: Piece[][], ranges: (readonly Step[])[]): string | undefined {
	if (block === 'end') {
		const steps = ranges.pop();
		const body = pieces.pop() ?? [];
		if (steps === undefined) return '{end} without {range}';
		pieces.at(-1)?.push({kind: 'range', steps, body});
		return undefined;
	}
	const literal = readLiteral(block);
	if (literal !== undefined) {
		pieces.at(-1)?.push({kind: 'text', text: String(literal)});
		return undefined;
	}
	const range = /^range\s+(.*)$/s.exec(block);
	const steps = parsePath(range?.[1] ?? block);
	if (!steps.ok) return steps.error;
	if (range === null) {
		pieces.at(-1)?.push({kind: 'path', steps: steps.value});
	} else {
		ranges.push(steps.value);
		pieces.push([]);
	}
	return undefined;
}

const stepPattern = /\.\.|\.?\*|\.?((?:[^.[\]*\\\s(){}'",=!<>]|\\.)+)|\.?\[((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]"'])*)\]/y;

/** The steps of `.a.b[0]`, with or without `$` or `@` before. */
function parsePath(text: string): Result<readonly Step[], string> {
	const path = text.replace(/^[$@]/, '');
	const steps: Step[] = [];
	for (let at = 0; at < path.length;) {
		if (path.slice(at) === '.') break;
		stepPattern.lastIndex = at;
		const match = stepPattern.exec(path);
		if (match === null) return failure(`unrecognized character in action: ${path.slice(at)}`);
		at = stepPattern.lastIndex;
		const [all, name, brackets] = match;
		if (name !== undefined) {
			steps.push({kind: 'field', name: name.replaceAll(/\\(.)/g, '$1')});
		} else if (brackets === undefined) {
			steps.push({kind: all === '..' ? 'descend' : 'all'});
		} else {
			const step = parseBrackets(brackets.trim());
			if (!step.ok) return step;
			steps.push(step.value);
		}
	}
	return success(steps);
}

function parseBrackets(text: string): Result<Step, string> {
	const filter = /^\?\s*\((.*)\)$/s.exec(text);
	if (filter !== null) return parseFilter((filter[1] ?? '').trim());
	const parts = text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,\s]+/g) ?? [];
	const steps: Step[] = [];
	for (const part of parts) {
		const step = parseSubscript(part);
		if (step === undefined) return failure(`invalid array index ${part}`);
		steps.push(step);
	}
	const [only, ...others] = steps;
	if (only === undefined) return failure('empty brackets');
	return success(others.length === 0 ? only : {kind: 'union', steps});
}

function parseSubscript(part: string): Step | undefined {
	const literal = readLiteral(part);
	if (typeof literal === 'string') return {kind: 'field', name: literal};
	if (part === '*') return {kind: 'all'};
	if (/^-?[0-9]+$/.test(part)) return {kind: 'index', index: Number(part)};
	const slice = /^(-?[0-9]*):(-?[0-9]*)(?::([0-9]*))?$/.exec(part);
	if (slice === null) return undefined;
	const [from, to, by] = slice.slice(1).map((bound) => (bound === undefined || bound === '' ? undefined : Number(bound)));
	return {kind: 'slice', from, to, by: Math.max(1, by ?? 1)};
}

function parseFilter(text: string): Result<Step, string> {
	const match = /^((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^=!<>"'])+)(?:(==|!=|<=|>=|<|>)(.+))?$/s.exec(text);
	if (match === null) return failure(`unrecognized filter: ${text}`);
	const [, leftText = '', operator, rightText] = match;
	const left = parseOperand(leftText.trim());
	if (!left.ok) return left;
	if (rightText === undefined) return success({kind: 'filter', left: left.value, operator: 'exists', right: undefined});
	const right = parseOperand(rightText.trim());
	return right.ok
		? success({kind: 'filter', left: left.value, operator: operator as Operator, right: right.value}) : right;
}

function parseOperand(text: string): Result<Operand, string> {
	const literal = readLiteral(text);
	if (literal !== undefined) return success({value: literal});
	if (/^-?[0-9]+(\.[0-9]+)?$/.test(text)) return success({value: Number(text)});
	return text === 'true' || text === 'false' ? success({value: text === 'true'}) : parsePath(text);
}

const escapes: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r'};

/** A quoted text without its quotes; undefined for anything else. */
function readLiteral(text: string): string | undefined {
	return /^("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')$/s.test(text)
		? text.slice(1, -1).replaceAll(/\\(.)/gs, (_all, character: string) => escapes[character] ?? character) : undefined;
}
