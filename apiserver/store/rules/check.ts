import type {Schema} from '../schema.ts';
import type {Expression, Interpreter} from './cel.ts';
import {fieldName} from './values.ts';

/** Schema of a variable; undefined: not known, so anything goes. */
export type Scope = ReadonlyMap<string, Schema | undefined>;

/** What the interpreter does by itself, without a function of that name. */
const builtin: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_', '_[_]', '@not_strictly_false']);
const typeNames: ReadonlySet<string> = new Set([
	'int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type',
]);

/**
 * Looks for what would fail only when a rule runs: names of variables, functions and fields that do not exist, regular
 * expressions that do not compile. Returns the schema of the value where it is known.
 * @throws Error with one phrase.
 */
export function checkExpression(expression: Expression, scope: Scope, interpreter: Interpreter): Schema | undefined {
	const check = (part: Expression | undefined, inner = scope): Schema | undefined =>
		part === undefined ? undefined : checkExpression(part, inner, interpreter);
	const {exprKind: kind} = expression;
	switch (kind.case) {
		case 'identExpr':
			if (!scope.has(kind.value.name) && !typeNames.has(kind.value.name))
				throw new Error(`undeclared reference to '${kind.value.name}'`);
			return scope.get(kind.value.name);
		case 'selectExpr':
			return fieldOf(check(kind.value.operand), kind.value.field);
		case 'callExpr': {
			const {function: name, target, args} = kind.value;
			if (!builtin.has(name) && !interpreter.hasFunction(name)) throw new Error(`undeclared reference to '${name}'`);
			const operands = [...(target === undefined ? [] : [target]), ...args];
			const schemas = operands.map((operand) => check(operand));
			if (name === 'matches') checkPattern(operands[1], interpreter);
			return name === '_[_]' ? elementOf(schemas[0]) : undefined;
		}
		case 'listExpr':
			for (const element of kind.value.elements) check(element);
			return undefined;
		case 'structExpr':
			for (const {value} of kind.value.entries) check(value);
			return undefined;
		case 'comprehensionExpr': {
			const {iterVar, iterVar2, iterRange, accuVar, accuInit, loopCondition, loopStep, result} = kind.value;
			const range = check(iterRange);
			check(accuInit);
			const variables: [string, Schema | undefined][] = [[accuVar, undefined], [iterVar, range?.items]];
			const inner = new Map([...scope, ...variables, ...(iterVar2 === '' ? [] : [[iterVar2, undefined] as const])]);
			for (const part of [loopCondition, loopStep, result]) check(part, inner);
			return undefined;
		}
		default:
			return undefined;
	}
}

function fieldOf(schema: Schema | undefined, field: string): Schema | undefined {
	if (schema === undefined) return undefined;
	if (schema.type === 'object' || schema.type === 'any') {
		if (schema.values !== undefined) return schema.values;
		for (const [name, child] of schema.properties) if (fieldName(name) === field) return child;
		if (schema.preserveUnknown) return undefined;
	}
	throw new Error(`undefined field '${field}'`);
}

function elementOf(schema: Schema | undefined): Schema | undefined {
	return schema?.items ?? schema?.values;
}

function checkPattern(argument: Expression | undefined, {parse, plan, cel}: Interpreter): void {
	const constant = argument?.exprKind.case === 'constExpr' ? argument.exprKind.value.constantKind : undefined;
	if (constant?.case !== 'stringValue') return;
	const result = plan(parse('"".matches(pattern)'))({pattern: constant.value});
	if (cel.isCelError(result)) throw new Error(result.message);
}

/** Whether an expression reads a variable. */
export function mentions(expression: Expression, variable: string): boolean {
	const inAny = (parts: readonly (Expression | undefined)[]): boolean =>
		parts.some((part) => part !== undefined && mentions(part, variable));
	const {exprKind: kind} = expression;
	switch (kind.case) {
		case 'identExpr':
			return kind.value.name === variable;
		case 'selectExpr':
			return inAny([kind.value.operand]);
		case 'callExpr':
			return inAny([kind.value.target, ...kind.value.args]);
		case 'listExpr':
			return inAny(kind.value.elements);
		case 'structExpr':
			return inAny(kind.value.entries.map(({value}) => value));
		case 'comprehensionExpr': {
			const {iterRange, accuInit, loopCondition, loopStep, result} = kind.value;
			return inAny([iterRange, accuInit, loopCondition, loopStep, result]);
		}
		default:
			return false;
	}
}
