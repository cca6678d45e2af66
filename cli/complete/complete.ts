import type {Command, Option} from 'commander';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {parseTargets, shownKinds, category, type ShownKind} from '../output/kinds.ts';

/** What completion may ask of the cluster. */
export interface Cluster {
	readonly api: KubeApi;
	readonly namespace: string;
}

export interface CompletionParts {
	/** Names of all commands, with their summaries. */
	readonly commands: readonly {readonly name: string; readonly summary: string}[];
	/** The command with its options; undefined for a name that is none. */
	readonly load: (name: string) => Promise<Command | undefined>;
	/** Opens what the options in the words name; called only when names are needed. */
	readonly cluster: (options: {readonly namespace?: string; readonly kubeconfig?: string; readonly context?: string}) => Cluster;
}

/** One word, and what it means. */
export interface Suggestion {
	readonly word: string;
	readonly meaning?: string;
}

/** What may follow, and whether names of files may, too. */
export interface Completion {
	readonly suggestions: readonly Suggestion[];
	readonly files: boolean;
}

const nothing: Completion = {suggestions: [], files: false};

/** What completes the last of `words`, which stand after the name of the program. Never throws for what the cluster says. */
export async function complete(words: readonly string[], parts: CompletionParts): Promise<Completion> {
	const current = words.at(-1) ?? '';
	const {suggestions, files} = await suggest(words.slice(0, -1), current, parts);
	return {suggestions: suggestions.filter(({word}) => word.startsWith(current)), files};
}

/** All that may stand there, whatever it begins with. */
async function suggest(before: readonly string[], current: string, parts: CompletionParts): Promise<Completion> {
	if (before.length === 0) {
		return offer(parts.commands.map(({name, summary}) => ({word: name, meaning: summary})));
	}
	const root = await parts.load(before[0] ?? '');
	if (root === undefined) {
		return nothing;
	}
	const place = walk(root, before.slice(1));
	const {command, args, given, pending} = place;
	const [inline, option] = inlineOption(command, current);
	if (option !== undefined) {
		return prefixed(`${inline}=`, await completeValue(option, place, parts));
	}
	if (pending !== undefined) {
		return completeValue(pending, place, parts);
	}
	if (current.startsWith('-')) {
		return offer(optionsOf(command));
	}
	if (command.commands.length > 0 && args.length === 0) {
		return offer(command.commands.map((sub) => ({word: sub.name(), meaning: sub.summary()})));
	}
	return completeArgument(pathOf(command, root), {args, current, cluster: () => parts.cluster(given)});
}

interface Place {
	readonly command: Command;
	readonly args: readonly string[];
	readonly given: Readonly<Record<string, string>>;
	/** An option that still wants its value. */
	readonly pending: Option | undefined;
}

/** Where the words lead: the innermost command, its arguments, and the values of options. */
function walk(root: Command, words: readonly string[]): Place {
	let command = root;
	let pending: Option | undefined;
	const args: string[] = [];
	const given: Record<string, string> = {};
	for (const word of words) {
		if (pending !== undefined) {
			given[pending.attributeName()] = word;
			pending = undefined;
			continue;
		}
		const [name, ...value] = word.split('=');
		const option = command.options.find(({long, short}) => name === long || name === short);
		if (option !== undefined) {
			if (value.length > 0) given[option.attributeName()] = value.join('=');
			else if (option.required) pending = option;
			continue;
		}
		const sub = args.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
		if (sub !== undefined) command = sub;
		else if (!word.startsWith('-')) args.push(word);
	}
	return {command, args, given, pending};
}

/** `--name` of `--name=value` that is being typed, and its option. */
function inlineOption(command: Command, current: string): readonly [string, Option | undefined] {
	const [name = '', ...value] = current.split('=');
	return [name, value.length === 0 ? undefined : command.options.find(({long}) => long === name)];
}

function optionsOf(command: Command): readonly Suggestion[] {
	return [
		...command.options.filter(({hidden}) => !hidden).map(({long, short, description}) => ({
			word: long ?? short ?? '', meaning: description,
		})),
		{word: '--help', meaning: 'display help for command'},
	];
}

async function completeValue(option: Option, {given}: Place, parts: CompletionParts): Promise<Completion> {
	if (option.argChoices !== undefined) {
		return offer(option.argChoices.map((word) => ({word})));
	}
	switch (option.long ?? '') {
		case '--namespace':
			return offer(await namesOf(() => parts.cluster(given), {group: '', version: 'v1', plural: 'namespaces'}));
		case '--device':
			return offer(await namesOfKind(() => parts.cluster(given), 'FemtoDevice'));
		case '--output':
			return option.description.includes('jsonpath')
				? offer(['wide', 'json', 'yaml', 'name', 'jsonpath='].map((word) => ({word})))
				: {suggestions: [], files: true};
	}
	return {suggestions: [], files: /file|folder|path/.test(option.flags)};
}

/** Names of commands from the one below the program on. */
function pathOf(command: Command, root: Command): string {
	return command === root ? root.name() : `${root.name()} ${command.name()}`;
}

interface Argument {
	readonly args: readonly string[];
	readonly current: string;
	readonly cluster: () => Cluster;
}

async function completeArgument(path: string, argument: Argument): Promise<Completion> {
	const {args, cluster} = argument;
	switch (path) {
		case 'get':
		case 'describe':
			return completeTarget(argument, shownKinds);
		case 'rollout status':
		case 'rollout history':
		case 'rollout pause':
		case 'rollout resume':
		case 'rollout undo':
			return completeTarget(argument, shownKinds.filter(({kind}) => kind === 'FemtoContainer'));
		case 'logs':
			return args.length > 0 ? completeContainer(argument) : completeSource(argument);
		case 'why':
			return args.length > 0 ? completeContainer(argument) : offer(await namesOfKind(cluster, 'FemtoDevice'));
		case 'completion':
			return offer(args.length > 0 ? [] : ['bash', 'zsh', 'fish'].map((word) => ({word})));
		default:
			return {suggestions: [], files: true};
	}
}

/** `TYPE`, then names; or `TYPE/NAME`. */
async function completeTarget({args, current, cluster}: Argument, kinds: readonly ShownKind[]): Promise<Completion> {
	const [type = '', partial] = current.split('/');
	if (partial !== undefined) {
		return withSlash(type, cluster, kinds);
	}
	const targets = args[0] === undefined || args[0].includes('/') ? undefined : parseTargets([args[0]]);
	const [target] = targets?.ok === true ? targets.value : [];
	if (target !== undefined) {
		const names = await namesOf(cluster, refOf(target.kind, cluster));
		return offer(names.filter(({word}) => !args.includes(word)));
	}
	return offer([
		...kinds.flatMap(({kind, ref, shortName}) => [{word: shortName, meaning: kind}, {word: ref.plural, meaning: kind}]),
		...(kinds.length > 1 ? [{word: category, meaning: 'all of them'}] : []),
	]);
}

async function withSlash(type: string, cluster: () => Cluster, kinds: readonly ShownKind[]): Promise<Completion> {
	const targets = parseTargets([type]);
	const kind = targets.ok ? targets.value[0]?.kind : undefined;
	return kind === undefined || !kinds.includes(kind)
		? nothing : prefixed(`${type}/`, {suggestions: await namesOf(cluster, refOf(kind, cluster)), files: false});
}

/** `fc/NAME`, or a device. */
async function completeSource(argument: Argument): Promise<Completion> {
	const {current, cluster} = argument;
	if (current.includes('/')) {
		return completeTarget(argument, shownKinds.filter(({kind}) => kind !== 'FemtoTenant'));
	}
	return offer([{word: 'fc/', meaning: 'a FemtoContainer'}, ...await namesOfKind(cluster, 'FemtoDevice')]);
}

async function completeContainer({args, cluster}: Argument): Promise<Completion> {
	return args.length > 1 ? nothing : offer(await namesOfKind(cluster, 'FemtoContainer'));
}

async function namesOfKind(cluster: () => Cluster, kind: ShownKind['kind']): Promise<readonly Suggestion[]> {
	const found = shownKinds.find((one) => one.kind === kind);
	return found === undefined ? [] : namesOf(cluster, refOf(found, cluster));
}

function refOf({ref, namespaced}: ShownKind, cluster: () => Cluster): () => ResourceRef {
	return () => (namespaced ? {...ref, namespace: cluster().namespace} : ref);
}

/** None when the cluster can't be asked: who completes wants no errors. */
async function namesOf(cluster: () => Cluster, ref: ResourceRef | (() => ResourceRef)): Promise<readonly Suggestion[]> {
	try {
		const {items} = await cluster().api.list<KubeObject>(typeof ref === 'function' ? ref() : ref, {limit: 500});
		return items.map(({metadata}) => ({word: metadata.name}));
	} catch {
		return [];
	}
}

function offer(suggestions: readonly Suggestion[]): Completion {
	return {suggestions, files: false};
}

function prefixed(prefix: string, {suggestions, files}: Completion): Completion {
	return {suggestions: suggestions.map(({word, ...rest}) => ({...rest, word: prefix + word})), files};
}
