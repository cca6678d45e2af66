import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {stringify} from 'yaml';

/** One request as the official server has recorded it. */
export interface AuditedRequest {
	readonly verb: string;
	/** `group/resource[/subresource]`, the group empty for the core. */
	readonly resource: string;
	readonly namespace: string;
	readonly name: string;
	readonly code: number;
	/** What the server said of a refusal. */
	readonly message: string;
}

interface AuditEvent {
	readonly stage: string;
	readonly verb: string;
	readonly objectRef?: Readonly<Partial<Record<'apiGroup' | 'resource' | 'subresource' | 'namespace' | 'name', string>>>;
	readonly responseStatus?: {readonly code?: number; readonly message?: string};
}

export interface Audit {
	readonly flags: readonly string[];
	readonly read: () => readonly AuditedRequest[];
}

/** Flags with which the server writes each request of one user to a file, and how to read it. */
export function auditOf(user: string, folder: string): Audit {
	const [policy, log] = [join(folder, 'audit-policy.yaml'), join(folder, 'audit.log')];
	writeFileSync(policy, stringify({
		apiVersion: 'audit.k8s.io/v1',
		kind: 'Policy',
		// A watch is answered when it begins; whether it ever ends does not matter.
		omitStages: ['RequestReceived'],
		rules: [{level: 'Metadata', users: [user]}, {level: 'None'}],
	}));
	return {
		flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
		read: () => readFileSync(log, 'utf8').split('\n').filter((line) => line !== '').map(parse),
	};
}

function parse(line: string): AuditedRequest {
	const {verb, objectRef = {}, responseStatus = {}} = JSON.parse(line) as AuditEvent;
	const {apiGroup = '', resource = '', subresource, namespace = '', name = ''} = objectRef;
	return {
		verb,
		resource: `${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`,
		namespace,
		name,
		code: responseStatus.code ?? 0,
		message: responseStatus.message ?? '',
	};
}
