/** What Kubernetes takes as the name of a namespace; it is part of file names, too. */
export const namespaceRule = '[a-z0-9-]{1,63}';

export function isNamespace(value: unknown): value is string {
	return typeof value === 'string' && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value);
}
