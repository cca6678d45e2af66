import {notAcceptable} from './refusals.ts';
import {jsonType} from './answers.ts';

/** What the client reads best of what we write. */
export interface Form {
	readonly format: 'json' | 'yaml';
	/** The document asked for instead of the plain one. */
	readonly as?: Transformed;
}

export type Transformed = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

interface MediaRange {
	readonly type: string;
	readonly parameters: ReadonlyMap<string, string>;
}

const yamlTypes: ReadonlySet<string> = new Set(['application/yaml']);
const jsonRanges: ReadonlySet<string> = new Set([jsonType, 'application/*', '*/*']);
const accepted = [jsonType, 'application/yaml'];
const metaVersions: ReadonlySet<string> = new Set(['v1', 'v1beta1']);

/**
 * The first range of an Accept header, best quality first, that we can serve. `transforms` are the documents that this
 * path may be turned into. @throws KubeError 406 when none fits.
 */
export function negotiate(accept: string | undefined, transforms: ReadonlySet<string>): Form {
	for (const {type, parameters} of readAccept(accept)) {
		const as = parameters.get('as');
		const format = jsonRanges.has(type) ? 'json' : yamlTypes.has(type) ? 'yaml' : undefined;
		if (format === undefined) continue;
		if (as === undefined) return {format};
		const isMeta = parameters.get('g') === 'meta.k8s.io' && metaVersions.has(parameters.get('v') ?? '');
		if (format === 'json' && isMeta && transforms.has(as)) return {format, as: as as Transformed};
	}
	throw notAcceptable(accepted);
}

/** The version of aggregated discovery asked for before any plain JSON. @throws KubeError 406. */
export function negotiateDiscovery(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
	for (const {type, parameters} of readAccept(accept)) {
		if (!jsonRanges.has(type)) continue;
		const as = parameters.get('as');
		if (as === undefined) return undefined;
		const version = parameters.get('v');
		const isOurs = as === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
		if (isOurs && (version === 'v2' || version === 'v2beta1')) return version;
	}
	throw notAcceptable(accepted);
}

function readAccept(header: string | undefined): readonly MediaRange[] {
	if (header === undefined || header.trim() === '') return [{type: '*/*', parameters: new Map()}];
	return header
		.split(',')
		.map(readMediaRange)
		.filter(({parameters}) => qualityOf(parameters) > 0)
		.toSorted((left, right) => qualityOf(right.parameters) - qualityOf(left.parameters));
}

/** `type/subtype; name=value; …`, in lower case but for values. */
export function readMediaRange(text: string): MediaRange {
	const [type = '', ...rest] = text.split(';').map((part) => part.trim());
	const parameters = rest.map((part): readonly [string, string] => {
		const [name = '', value = ''] = part.split('=');
		return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
	});
	return {type: type.toLowerCase(), parameters: new Map(parameters)};
}

function qualityOf(parameters: ReadonlyMap<string, string>): number {
	const quality = Number(parameters.get('q') ?? 1);
	return Number.isNaN(quality) ? 1 : quality;
}
