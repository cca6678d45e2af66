import type {KubeObject} from '../../runtime/kube/types.ts';
import {CommandError} from '../fail.ts';
import {follow} from '../follow.ts';
import {columnsOf} from '../output/columns.ts';
import {parseTargets, qualifiedName, type ShownKind, type Target} from '../output/kinds.ts';
import {listOf, parseFormat, printObject, type Format} from '../output/objects.ts';
import {Table, type Column} from '../output/table.ts';
import type {Session} from '../session.ts';
import {writeYaml} from '../yaml.ts';
import {checkNames, fetchTarget, refOf, selectorsOf, type Selection} from './fetch.ts';

export interface GetOptions extends Selection {
	readonly output?: string;
	readonly watch?: boolean;
	/** False for `--no-headers`. */
	readonly headers?: boolean;
}

/** Runs the command. Returns the exit code: 1 when a named object could not be had. */
export async function get(session: Session, args: readonly string[], options: GetOptions): Promise<number> {
	const targets = parseTargets(args);
	const format = parseFormat(options.output);
	if (!targets.ok || !format.ok) {
		throw new CommandError(!targets.ok ? targets.error : !format.ok ? format.error : '');
	}
	checkNames(targets.value, options);
	if (options.watch === true) {
		return watch(session, targets.value, format.value, options);
	}
	const found: Found[] = [];
	const errors: string[] = [];
	for (const target of targets.value) {
		const objects = await fetchTarget(session, target, options, errors);
		found.push(...objects.map((object) => ({kind: target.kind, object})));
	}
	print(session, targets.value, {found, errors}, {format: format.value, options});
	errors.forEach((line) => session.console.error(line));
	return errors.length === 0 ? 0 : 1;
}

interface Found {
	readonly kind: ShownKind;
	readonly object: KubeObject;
}

interface Wish {
	readonly format: Format;
	readonly options: GetOptions;
}

function print(
	session: Session, targets: readonly Target[], {found, errors}: {found: readonly Found[]; errors: readonly string[]},
	{format, options}: Wish,
): void {
	const {console, namespace} = session;
	switch (format.kind) {
		case 'name':
			console.out(found.map(({kind, object}) => `${qualifiedName(kind, object.metadata.name)}\n`).join(''));
			return;
		case 'table': {
			if (found.length === 0 && errors.length === 0) {
				const where = options.allNamespaces !== true && targets.some(({kind}) => kind.namespaced);
				console.error(`No resources found${where ? ` in ${namespace} namespace.` : ''}`);
			}
			const kinds = targets.map(({kind}) => kind).filter((kind, index, all) => all.indexOf(kind) === index);
			const parts = kinds.flatMap((kind) => {
				const objects = found.filter((one) => one.kind === kind).map(({object}) => object);
				return objects.length === 0 ? [] : [tableOf(session, kind, {format, options}, kinds.length > 1).print(objects)];
			});
			console.out(parts.join('\n'));
			return;
		}
		default: {
			const [only] = found;
			const isSingle = targets.length === 1 && targets[0]?.names.length === 1;
			if (!isSingle || only !== undefined) {
				printWhole(session, format, isSingle && only !== undefined ? only.object : listOf(found.map(({object}) => object)));
			}
		}
	}
}

function printWhole({console}: Session, format: Exclude<Format, {kind: 'table' | 'name'}>, value: object): void {
	const text = printObject(format, value, (object) => writeYaml([object]));
	if (!text.ok) {
		throw new CommandError(text.error);
	}
	console.out(text.value);
}

function tableOf(
	{clock, console}: Session, kind: ShownKind, {format, options}: Wish, areMixed: boolean,
): Table<KubeObject> {
	const isWide = format.kind === 'table' && format.wide;
	const columns: readonly Column<KubeObject>[] = [
		...(kind.namespaced && options.allNamespaces === true
			? [{title: 'NAMESPACE', value: ({metadata}: KubeObject) => metadata.namespace}] : []),
		{title: 'NAME', value: ({metadata: {name}}) => (areMixed ? qualifiedName(kind, name) : name)},
		...columnsOf(kind.kind, () => clock.now()).filter(({wide}) => isWide || wide !== true),
	];
	return new Table(columns, {noHeaders: options.headers === false, width: isWide ? undefined : console.width});
}

async function watch(session: Session, targets: readonly Target[], format: Format, options: GetOptions): Promise<number> {
	const [target, ...others] = targets;
	if (target === undefined || others.length > 0) {
		throw new CommandError('you may only specify a single resource type');
	}
	const {kind, names: [name, ...moreNames]} = target;
	if (moreNames.length > 0) {
		throw new CommandError('watch is only supported on individual resources and resource collections');
	}
	const ref = refOf(session, kind, options);
	if (name !== undefined) {
		await session.api.get(ref, name);
	}
	const selectors = name === undefined ? selectorsOf(options) : {fieldSelector: `metadata.name=${name}`};
	const table = tableOf(session, kind, {format, options}, false);
	const show = (objects: readonly KubeObject[]): void => {
		if (format.kind === 'table') {
			session.console.out(objects.length === 0 ? '' : table.print(objects));
		} else {
			objects.forEach((object) => print(
				session, [{kind, names: [object.metadata.name]}], {found: [{kind, object}], errors: []}, {format, options}));
		}
	};
	await follow<KubeObject>(session, {ref, selectors, first: show, next: (object) => show([object])}, session.signal);
	return 0;
}
