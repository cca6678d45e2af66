import type {CelInput} from '@bufbuild/cel';
import {equalJson, isObject, type Json, type JsonObject} from '../json.ts';
import type {Rule, Schema} from '../schema.ts';
import {correlate, joinPath} from '../shape.ts';
import type {FieldProblem} from '../validate.ts';
import {loadInterpreter, type Program} from './cel.ts';
import {Budget, toRuleValue} from './values.ts';

const messageLengthMax = 5_120;

/**
 * Runs the rules of a schema on a value that is valid otherwise, and adds what fails to `problems`. `old` is the value
 * that it replaces: rules that compare with it run only where there is one, and where nothing changed only these run.
 */
export function runRules(schema: Schema, value: Json, old: Json | undefined, problems: FieldProblem[]): void {
	visit(schema, value, old, '', new Run(problems));
}

class Run {
	readonly #problems: FieldProblem[];
	readonly #budget = new Budget();
	/** No step is left: no rule runs any more. */
	isOver = false;

	constructor(problems: FieldProblem[]) {
		this.#problems = problems;
	}

	check(rule: Rule, type: string, value: Json, old: Json | undefined, path: string): void {
		if (!this.#budget.startRule()) {
			this.#stop(type, path, 'validation failed due to running out of cost budget, no further validation rules will be run');
			return;
		}
		const variables = {self: this.#input(rule, value), oldSelf: this.#oldInput(rule, old)};
		const result = rule.program(variables);
		if (result === true) return;
		if (loadInterpreter().cel.isCelError(result)) {
			this.#tellFailure(rule, type, path, result.message);
			return;
		}
		this.#problems.push(makeProblem(rule, value, joinRulePath(path, rule.fieldPath), this.#describe(rule, variables)));
	}

	#tellFailure({title}: Rule, type: string, path: string, why: string): void {
		const spent = this.#budget.isSpent;
		const text = why.replace(/^field not found: /, 'no such key: ').replace(/^found no matching overload.*/, 'no such overload');
		if (spent) {
			const rule = `no further validation rules will be run due to call cost exceeds limit for rule: ${title}`;
			this.#stop(type, path, `'operation cancelled: actual cost limit exceeded': ${rule}`);
		} else if (text === 'no such overload') {
			const rule = `call arguments did not match a supported operator, function or macro signature for rule: ${title}`;
			this.#add(type, path, `'${text}': ${rule}`);
		} else {
			this.#add(type, path, `${text} evaluating rule: ${title}`);
		}
	}

	#stop(type: string, path: string, why: string): void {
		this.isOver = true;
		this.#add(type, path, why);
	}

	#add(type: string, path: string, why: string): void {
		const message = `Invalid value: ${JSON.stringify(type)}: ${why}`;
		this.#problems.push({reason: 'FieldValueInvalid', field: path === '' ? '<nil>' : path, message});
	}

	#input({self}: Rule, value: Json): CelInput {
		return toRuleValue(self, value, this.#budget);
	}

	#oldInput(rule: Rule, old: Json | undefined): CelInput {
		const value = old === undefined || !rule.usesOldSelf ? undefined : this.#input(rule, old);
		if (rule.optionalOldSelf) return value === undefined ? [] : [value];
		return value ?? null;
	}

	#describe({messageProgram, message}: Rule, variables: Parameters<Program>[0]): string {
		const text = messageProgram?.(variables);
		const trimmed = typeof text === 'string' ? text.trim() : '';
		return trimmed === '' || trimmed.length > messageLengthMax || /[\r\n]/.test(trimmed) ? message : trimmed;
	}
}

/** Objects and lists are not shown, scalars are. */
function makeProblem({reason}: Rule, value: Json, field: string, text: string): FieldProblem {
	const shown = typeof value === 'object' ? '' : `: ${JSON.stringify(value)}`;
	const place = field === '' ? '<nil>' : field;
	switch (reason) {
		case 'FieldValueForbidden':
			return {reason, field: place, message: `Forbidden: ${text}`};
		case 'FieldValueRequired':
			return {reason, field: place, message: `Required value: ${text}`};
		case 'FieldValueDuplicate':
			return {reason, field: place, message: `Duplicate value${shown}`};
		case 'FieldValueInvalid':
			return {reason, field: place, message: `Invalid value${shown}: ${text}`};
	}
}

function joinRulePath(path: string, fieldPath: string): string {
	return path === '' ? fieldPath.slice(1) : `${path}${fieldPath}`;
}

function visit(schema: Schema, value: Json, old: Json | undefined, path: string, run: Run): void {
	if (!schema.hasRules || value === null || run.isOver) return;
	const unchanged = old !== undefined && equalJson(value, old);
	if (unchanged && !schema.hasTransitionRules) return;
	for (const rule of schema.rules) {
		if (rule.usesOldSelf ? old === undefined && !rule.optionalOldSelf : unchanged) continue;
		run.check(rule, schema.type, value, old, path);
		if (run.isOver) return;
	}
	if (Array.isArray(value)) visitItems(schema, value as readonly Json[], old, path, run);
	else if (isObject(value)) visitFields(schema, value, isObject(old) ? old : undefined, path, run);
}

function visitItems(schema: Schema, value: readonly Json[], old: Json | undefined, path: string, run: Run): void {
	const {items} = schema;
	if (items === undefined) return;
	const oldItemOf = correlate(schema, old);
	value.forEach((item, index) => visit(items, item, oldItemOf(item), `${path}[${index}]`, run));
}

function visitFields(schema: Schema, value: JsonObject, old: JsonObject | undefined, path: string, run: Run): void {
	for (const [key, child] of Object.entries(value)) {
		const field = schema.properties.get(key);
		const childSchema = field ?? schema.values;
		if (childSchema === undefined) continue;
		const childPath = field === undefined ? `${path}[${key}]` : joinPath(path, key);
		visit(childSchema, child, old !== undefined && Object.hasOwn(old, key) ? old[key] : undefined, childPath, run);
	}
}
