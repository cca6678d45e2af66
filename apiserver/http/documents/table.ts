import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {Kind} from '../../store/kind.ts';
import {columnsOf, type Cell, type Column, type ColumnDefinition} from './columns.ts';
import {toPartial, type ListMeta, type PartialObject} from './partial.ts';

/** What `includeObject` of a request may be; `Metadata` is its default. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
	readonly includeObject: IncludeObject;
	/** Ages are told as of now. */
	readonly nowMs: number;
	readonly listMeta: ListMeta;
	/** False after the first event of a watch, which tells the columns once. */
	readonly withColumns?: boolean;
}

/** meta.k8s.io/v1 Table: what `kubectl get` prints. */
export interface Table {
	readonly kind: 'Table';
	readonly apiVersion: 'meta.k8s.io/v1';
	readonly metadata: ListMeta;
	readonly columnDefinitions: readonly ColumnDefinition[] | null;
	readonly rows: readonly TableRow[];
}

interface TableRow {
	readonly cells: readonly Cell[];
	readonly object: KubeObject | PartialObject | null;
}

const compiled = new WeakMap<Kind, readonly Column[]>();

/** Makes the columns of a kind ready. @throws RangeError for a column whose JSONPath can't be read. */
export function compileTable(kind: Kind): readonly Column[] {
	const known = compiled.get(kind);
	if (known !== undefined) return known;
	const columns = columnsOf(kind);
	compiled.set(kind, columns);
	return columns;
}

export function toTable(kind: Kind, objects: readonly KubeObject[], options: TableOptions): Table {
	const {includeObject, nowMs, listMeta, withColumns = true} = options;
	const columns = compileTable(kind);
	return {
		kind: 'Table',
		apiVersion: 'meta.k8s.io/v1',
		metadata: listMeta,
		columnDefinitions: withColumns ? columns.map(({definition}) => definition) : null,
		rows: objects.map((object) => ({
			cells: columns.map(({cell}) => cell(object, nowMs)),
			object: objectOf(object, includeObject),
		})),
	};
}

function objectOf(object: KubeObject, includeObject: IncludeObject): TableRow['object'] {
	switch (includeObject) {
		case 'None':
			return null;
		case 'Metadata':
			return toPartial(object);
		case 'Object':
			return object;
	}
}
