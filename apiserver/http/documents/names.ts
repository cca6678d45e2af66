import type {Kind} from '../../store/kind.ts';

/** `v1`, `femtofleet.dev/v1alpha1`. */
export function groupVersionOf({group, version}: Pick<Kind, 'group' | 'version'>): string {
	return group === '' ? version : `${group}/${version}`;
}

/** `/api/v1`, `/apis/femtofleet.dev/v1alpha1`. */
export function rootOf(kind: Pick<Kind, 'group' | 'version'>): string {
	return `${kind.group === '' ? '/api' : '/apis'}/${groupVersionOf(kind)}`;
}

/** The kinds that every cluster has: what they look like is Kubernetes' word, not a definition's. */
export function isBuiltin({group}: Pick<Kind, 'group'>): boolean {
	return group === '' || group === 'apps' || group.endsWith('.k8s.io');
}

/** Name in components.schemas: `io.k8s.api.core.v1.ConfigMap`, `dev.femtofleet.v1alpha1.FemtoContainer`. */
export function definitionName({group, version}: Pick<Kind, 'group' | 'version'>, kind: string): string {
	if (!isBuiltin({group})) return [...group.split('.').toReversed(), version, kind].join('.');
	return `io.k8s.api.${group === '' ? 'core' : group.replace(/\..*/, '')}.${version}.${kind}`;
}

/** Reference to a schema of the document. */
export function reference(definition: string): {readonly $ref: string} {
	return {$ref: `#/components/schemas/${definition}`};
}

/** A property that is another schema, with a description of its own: OpenAPI 3.0 ignores what stands beside `$ref`. */
export function described(definition: string, description: string): object {
	return {description, allOf: [reference(definition)]};
}

/** Schemas of apimachinery: `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`. */
export function metaDefinition(name: string): string {
	return `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`;
}
