import {createHash} from 'node:crypto';
import type {Kind} from '../../store/kind.ts';
import {groupVersionOf} from './names.ts';
import {metaSchemas} from './openapi-meta.ts';
import {pathsOf} from './openapi-paths.ts';
import {schemasOf} from './openapi-schemas.ts';
import {versionInfo} from './version.ts';

interface Published {
	readonly document: object;
	/** Changes with the document: clients keep what they got under it. */
	readonly hash: string;
}

/** Made once for each list of kinds. */
const published = new WeakMap<readonly Kind[], ReadonlyMap<string, Published>>();

/** GET /openapi/v3: where the document of each group and version is. */
export function openApiIndex(kinds: readonly Kind[]): object {
	const entries = [...publish(kinds)].map(([groupVersion, {hash}]) => {
		const path = pathOf(groupVersion);
		return [path, {serverRelativeURL: `/openapi/v3/${path}?hash=${hash}`}] as const;
	});
	return {paths: Object.fromEntries(entries)};
}

/** GET /openapi/v3/api/v1 and /openapi/v3/apis/GROUP/VERSION: OpenAPI 3.0; undefined for what is not served. */
export function openApiDocument(kinds: readonly Kind[], groupVersion: string): object | undefined {
	return publish(kinds).get(groupVersion)?.document;
}

function publish(kinds: readonly Kind[]): ReadonlyMap<string, Published> {
	const known = published.get(kinds);
	if (known !== undefined) return known;
	const made = new Map(
		[...Map.groupBy(kinds, groupVersionOf)].map(([groupVersion, members]) => {
			const document = documentOf(members);
			const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex').toUpperCase();
			return [groupVersion, {document, hash}] as const;
		}),
	);
	published.set(kinds, made);
	return made;
}

function pathOf(groupVersion: string): string {
	return groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
}

function documentOf(kinds: readonly Kind[]): object {
	return {
		openapi: '3.0.0',
		info: {title: 'Femtofleet', version: versionInfo()['gitVersion']},
		paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind))) as object,
		components: {schemas: Object.assign({...metaSchemas}, ...kinds.map((kind) => schemasOf(kind))) as object},
	};
}
