const digest = `sha256:${'ab'.repeat(32)}`;

/** A FemtoContainer as a user writes it; `spec` are further lines of its spec, `metadata` of its metadata. */
export function container(name: string, spec: readonly string[] = [], metadata: readonly string[] = []): string {
	return [
		'apiVersion: femtofleet.dev/v1alpha1',
		'kind: FemtoContainer',
		'metadata:',
		`  name: ${name}`,
		...metadata.map((line) => `  ${line}`),
		'spec:',
		'  deviceSelector: {}',
		`  image: {digest: '${digest}', configMap: {name: image}}`,
		...spec.map((line) => `  ${line}`),
		'',
	].join('\n');
}

/** Names of devices have no namespace: take `kubectl.name(…)`. The label `run` finds those of one case. */
export function device(name: string, run: string, labels: readonly string[] = []): string {
	return [
		'apiVersion: femtofleet.dev/v1alpha1',
		'kind: FemtoDevice',
		'metadata:',
		`  name: ${name}`,
		'  labels:',
		`    run: ${run}`,
		...labels.map((line) => `    ${line}`),
		'',
	].join('\n');
}

export function tenant(name: string, namespace: string): string {
	return [
		'apiVersion: femtofleet.dev/v1alpha1',
		'kind: FemtoTenant',
		'metadata:',
		`  name: ${name}`,
		'spec:',
		`  namespace: ${namespace}`,
		'  deviceSelector: {}',
		'  grant: aGVsbG8=',
		'',
	].join('\n');
}

export function configMap(name: string, data: readonly string[], metadata: readonly string[] = []): string {
	return [
		'apiVersion: v1',
		'kind: ConfigMap',
		'metadata:',
		`  name: ${name}`,
		...metadata.map((line) => `  ${line}`),
		...(data.length === 0 ? [] : ['data:', ...data.map((line) => `  ${line}`)]),
		'',
	].join('\n');
}

export interface EventOptions {
	readonly name: string;
	readonly namespace: string;
	readonly kind: string;
	readonly object: string;
	readonly uid: string;
	readonly reason: string;
	readonly message: string;
}

/** An event as the controller writes it. */
export function event({name, namespace, kind, object, uid, reason, message}: EventOptions): string {
	return JSON.stringify({
		apiVersion: 'v1', kind: 'Event',
		metadata: {name, namespace},
		involvedObject: {apiVersion: 'femtofleet.dev/v1alpha1', kind, name: object, namespace, uid},
		type: 'Warning', reason, message, source: {component: 'femto-controller'},
		firstTimestamp: '2026-01-02T03:04:05Z', lastTimestamp: '2026-01-02T03:04:05Z', count: 1,
	});
}

export const documents = (...texts: readonly string[]): string => texts.join('---\n');

/** Status as the controller writes it, for `patch --subresource=status`. */
export function readyStatus(status: 'True' | 'False', reason: string): string {
	const condition = {type: 'Ready', status, reason, message: 'told by a test', lastTransitionTime: '2026-01-02T03:04:05Z'};
	return JSON.stringify({status: {conditions: [condition]}});
}
