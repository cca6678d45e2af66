import type * as CelModule from '@bufbuild/cel';
import type {CelInput, CelResult} from '@bufbuild/cel';
import type * as CelExtensions from '@bufbuild/cel/ext';
import {createRequire} from 'node:module';

type Cel = typeof CelModule;
type Env = ReturnType<Cel['celEnv']>;
export type Expression = NonNullable<ReturnType<Cel['parse']>['expr']>;
export type Variables = Readonly<Record<string, CelInput>>;
export type Program = (variables: Variables) => CelResult;

/** The interpreter of the Common Expression Language with the functions that rules may call. */
export interface Interpreter {
	readonly cel: Cel;
	/** @throws Error for a text that is no expression. */
	readonly parse: (text: string) => Expression;
	readonly plan: (expression: Expression) => Program;
	readonly hasFunction: (name: string) => boolean;
}

let interpreter: Interpreter | undefined;

/** Loaded when the first rule is compiled: it takes a tenth of a second, which most commands do not need. */
export function loadInterpreter(): Interpreter {
	interpreter ??= makeInterpreter();
	return interpreter;
}

function makeInterpreter(): Interpreter {
	const require = createRequire(import.meta.url);
	const cel = require('@bufbuild/cel') as Cel;
	const {strings} = require('@bufbuild/cel/ext') as typeof CelExtensions;
	const env: Env = cel.celEnv({funcs: [...strings, ...optionalMethods(cel)]});
	return {
		cel,
		parse: (text) => {
			const {expr} = cel.parse(text);
			if (expr === undefined) throw new Error('empty expression');
			return expr;
		},
		plan: (expression) => cel.plan(env, expression),
		hasFunction: (name) => env.funcs.find(name) !== undefined,
	};
}

/** With `optionalOldSelf` the old value is a list of none or one: these are the methods that CEL has for an optional. */
function optionalMethods({celMethod, listType, CelScalar: {BOOL, DYN}}: Cel) {
	const optional = listType(DYN);
	return [
		celMethod('hasValue', optional, [], BOOL, function () {
			return this.size > 0;
		}),
		celMethod('value', optional, [], DYN, function () {
			const value = this.get(0);
			if (value === undefined) throw new Error('optional.none() dereference');
			return value;
		}),
		celMethod('orValue', optional, [DYN], DYN, function (fallback) {
			return this.get(0) ?? fallback;
		}),
	];
}
