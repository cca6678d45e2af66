import {isObject, type Json, type JsonObject} from '../json.ts';
import {objectMeta} from '../object-meta.ts';
import type {Rule, Schema} from '../schema.ts';
import {loadInterpreter, type Program} from './cel.ts';
import {checkExpression, mentions, type Scope} from './check.ts';

const knownKeys = new Set(['rule', 'message', 'messageExpression', 'reason', 'fieldPath', 'optionalOldSelf']);
const reasons = ['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'] as const;

/**
 * The rules of one schema node. `path` is '' at the root of a kind.
 * @throws RangeError for a rule that could not be evaluated, naming path, rule and cause.
 */
export function compileRules(source: JsonObject, schema: Schema, path: string, root: () => Schema): readonly Rule[] {
	const list = source['x-kubernetes-validations'];
	if (!Array.isArray(list)) return [];
	const self = path === '' ? root() : schema;
	return (list as readonly Json[]).filter(isObject).map((entry) => {
		try {
			return compileRule(entry, self);
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			throw new RangeError(`Cannot compile rule: ${JSON.stringify(entry['rule'])} at ${path || 'the root'}, ${why}`, {
				cause: error,
			});
		}
	});
}

function compileRule(entry: JsonObject, self: Schema): Rule {
	const unknown = Object.keys(entry).find((key) => !knownKeys.has(key));
	if (unknown !== undefined) throw new Error(`unknown key ${unknown}`);
	const text = textAt(entry, 'rule').trim();
	const optionalOldSelf = entry['optionalOldSelf'] === true;
	const scope: Scope = new Map([['self', self], ['oldSelf', optionalOldSelf ? undefined : self]]);
	const rule = compileExpression(text, scope);
	if (optionalOldSelf && !rule.usesOldSelf) throw new Error('optionalOldSelf is for rules that use oldSelf');
	const message = textAt(entry, 'message').trim();
	const messageExpression = textAt(entry, 'messageExpression').trim();
	const messageProgram = messageExpression === '' ? undefined : compileExpression(messageExpression, scope).program;
	return {
		program: rule.program,
		...(messageProgram === undefined ? {} : {messageProgram}),
		message: message === '' ? `failed rule: ${text}` : message,
		title: message === '' ? text : message,
		reason: reasonOf(entry['reason']),
		fieldPath: checkFieldPath(textAt(entry, 'fieldPath'), self),
		usesOldSelf: rule.usesOldSelf,
		optionalOldSelf,
		self,
	};
}

function compileExpression(text: string, scope: Scope): {readonly program: Program; readonly usesOldSelf: boolean} {
	const interpreter = loadInterpreter();
	const expression = interpreter.parse(text);
	checkExpression(expression, scope, interpreter);
	return {program: interpreter.plan(expression), usesOldSelf: mentions(expression, 'oldSelf')};
}

function textAt(entry: JsonObject, key: string): string {
	const value = entry[key] ?? '';
	if (typeof value !== 'string') throw new Error(`${key} ${JSON.stringify(value)}, text required`);
	return value;
}

function reasonOf(value: Json | undefined): Rule['reason'] {
	const reason = reasons.find((known) => known === (value ?? 'FieldValueInvalid'));
	if (reason === undefined) throw new Error(`reason ${JSON.stringify(value)}, one of ${reasons.join(', ')} required`);
	return reason;
}

/** `.a.b` or `.a['b']`, of fields that exist. */
function checkFieldPath(text: string, self: Schema): string {
	if (text === '') return '';
	const segments = Array.from(text.matchAll(/\.([^.['\]]+)|\['([^']+)'\]/gy), ([, plain, quoted]) => plain ?? quoted ?? '');
	let schema: Schema | undefined = self;
	for (const segment of segments) schema = schema?.properties.get(segment) ?? schema?.values;
	if (segments.length === 0 || schema === undefined) throw new Error(`fieldPath ${text}, path of a field required`);
	return segments.map((segment) => `.${segment}`).join('');
}

/** The root as rules see it: of the metadata only what identifies the object. */
export function ruleRoot(schema: Schema, compile: (source: JsonObject) => Schema): Schema {
	const {name, generateName} = objectMeta.properties;
	const text = {type: 'string'};
	const meta = compile({
		type: 'object',
		properties: {apiVersion: text, kind: text, metadata: {type: 'object', properties: {name, generateName}}},
	});
	return {...schema, properties: new Map([...schema.properties, ...meta.properties])};
}
