import type {Json} from './json.ts';
import type {Program} from './rules/cel.ts';

/** A structural schema made ready for use: look-ups by Map, patterns compiled once. */
export interface Schema {
	readonly type: SchemaType;
	readonly properties: ReadonlyMap<string, Schema>;
	/** Schema of the values of a map; undefined where keys are fixed. */
	readonly values?: Schema;
	readonly items?: Schema;
	readonly required: readonly string[];
	/** Properties that get a value when they are absent. */
	readonly defaults: readonly (readonly [string, Json])[];
	readonly default?: Json;
	readonly nullable: boolean;
	readonly preserveUnknown: boolean;
	readonly enum?: readonly Json[];
	readonly format?: string;
	readonly pattern?: RegExp;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly minLength?: number;
	readonly maxLength?: number;
	readonly minItems?: number;
	readonly maxItems?: number;
	readonly minProperties?: number;
	readonly maxProperties?: number;
	readonly listType?: 'atomic' | 'set' | 'map';
	readonly listMapKeys: readonly string[];
	/** `x-kubernetes-validations` of this node. */
	readonly rules: readonly Rule[];
	/** This node or one below it has rules; has some that compare with the old value. */
	readonly hasRules: boolean;
	readonly hasTransitionRules: boolean;
}

/** `any`: no check of the type, what a schema without one means. */
export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'intOrString' | 'any';

/** One `x-kubernetes-validations` entry, ready to run. */
export interface Rule {
	readonly program: Program;
	readonly messageProgram?: Program;
	/** Where the rule has no message expression, or that fails. */
	readonly message: string;
	/** What the rule is called when it can't be evaluated. */
	readonly title: string;
	readonly reason: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
	/** Added to the path of the value: '' or `.a.b`. */
	readonly fieldPath: string;
	readonly usesOldSelf: boolean;
	/** `oldSelf` is an optional, so the rule runs without an old value too. */
	readonly optionalOldSelf: boolean;
	/** What `self` is typed by: the root shows less of its metadata than it has. */
	readonly self: Schema;
}
