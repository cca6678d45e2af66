import type {JsonObject} from './json.ts';
import type {Schema} from './schema.ts';
import type {FieldProblem} from './validate.ts';

/** A column of `kubectl get`, as CustomResourceDefinitions declare them. */
export interface PrinterColumn {
	readonly name: string;
	readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
	readonly jsonPath: string;
	readonly description?: string;
	readonly format?: string;
	readonly priority?: number;
}

/** All the store knows of one resource. */
export interface Kind {
	/** `<group>/<plural>`: key in the database. */
	readonly id: string;
	readonly group: string;
	readonly version: string;
	readonly plural: string;
	readonly kind: string;
	readonly singular: string;
	readonly listKind: string;
	readonly shortNames: readonly string[];
	readonly categories: readonly string[];
	/** After NAME; wide output shows those of a priority above 0 too. */
	readonly printerColumns: readonly PrinterColumn[];
	/** The OpenAPI v3 schema as it was declared, for publication. */
	readonly openApi: JsonObject;
	readonly namespaced: boolean;
	/** A write to the main resource ignores status and the other way round. */
	readonly hasStatus: boolean;
	/** metadata.generation counts changes of what is neither metadata nor status. */
	readonly hasGeneration: boolean;
	/** An update without metadata.resourceVersion is refused. */
	readonly needsVersion: boolean;
	/** What follows the prefix of generateName and ends a name: DNS-1123 label or subdomain, or any path segment. */
	readonly nameRule: 'label' | 'subdomain' | 'pathSegment';
	readonly schema: Schema;
	/** Field selectors besides metadata.name and metadata.namespace. */
	readonly selectableFields: readonly string[];
	/** Whether the official server has selectable fields of its own for the kind, which tells how it words a refusal. */
	readonly hasOwnFields: boolean;
	/** The official server decodes it into a type of its own. */
	readonly builtin: boolean;
	/** Objects go this long after their last change, milliseconds; absent: never. Seen to when one is created. */
	readonly lifetimeMs?: number;
	/** Status of a new object, which a caller can't set. */
	readonly initialStatus?: JsonObject;
	/** Fills in what the server writes by itself. */
	readonly complete?: (object: JsonObject) => JsonObject;
	/** Rules that a schema can't tell; `previous` is absent on create. */
	readonly check?: (next: JsonObject, previous: JsonObject | undefined) => readonly FieldProblem[];
}
