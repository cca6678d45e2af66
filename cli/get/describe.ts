import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../../protocol/generated/resources.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import {events, type CoreEvent} from '../../runtime/kube/event-recorder.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import type {ConnectionOptions} from '../connect.ts';
import {CommandError} from '../fail.ts';
import {describeContainer} from '../output/describe-container.ts';
import {describeDevice, describeTenant} from '../output/describe-device.ts';
import {describeFields, type Field} from '../output/fields.ts';
import {parseTargets, type ShownKind} from '../output/kinds.ts';
import type {Session} from '../session.ts';
import {checkNames, fetchTarget} from './fetch.ts';

export interface DescribeOptions extends ConnectionOptions {
	readonly selector?: string;
	/** False for `--no-show-events`. */
	readonly showEvents?: boolean;
}

/** Runs `femto describe`. Returns the exit code: 1 when a named object could not be had. */
export async function describe(session: Session, args: readonly string[], options: DescribeOptions): Promise<number> {
	const targets = parseTargets(args);
	if (!targets.ok) {
		throw new CommandError(targets.error);
	}
	checkNames(targets.value, options);
	const errors: string[] = [];
	const texts: string[] = [];
	for (const target of targets.value) {
		for (const object of await fetchTarget(session, target, options, errors)) {
			const fields = await fieldsOf(session, target.kind, object, options.showEvents !== false);
			texts.push(describeFields(fields));
		}
	}
	if (texts.length === 0 && errors.length === 0) {
		session.console.error(options.allNamespaces === true || !targets.value.some(({kind}) => kind.namespaced)
			? 'No resources found' : `No resources found in ${session.namespace} namespace.`);
	}
	session.console.out(texts.join('\n\n'));
	errors.forEach((line) => session.console.error(line));
	return errors.length === 0 ? 0 : 1;
}

async function fieldsOf(session: Session, {kind}: ShownKind, object: KubeObject, withEvents: boolean): Promise<readonly Field[]> {
	const told = withEvents ? await eventsOf(session, object) : [];
	const nowMs = session.clock.now();
	// The kind says what the object is: the API has checked it against its schema.
	switch (kind) {
		case 'FemtoContainer':
			return describeContainer(object as FemtoContainer, told, nowMs);
		case 'FemtoDevice':
			return describeDevice(object as FemtoDevice, told, nowMs);
		case 'FemtoTenant':
			return describeTenant(object as FemtoTenant, told, nowMs);
	}
}

/** Undefined when they may not be read: the rest is worth printing all the same. */
async function eventsOf({api}: Session, {kind, metadata}: KubeObject): Promise<readonly CoreEvent[] | undefined> {
	const {name, namespace, uid = ''} = metadata;
	const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name},involvedObject.uid=${uid}`;
	try {
		// An object without namespace keeps its events in the namespace default.
		return (await api.list<CoreEvent>({...events, namespace: namespace ?? 'default'}, {fieldSelector})).items;
	} catch (error) {
		if (isKubeError(error)) {
			return undefined;
		}
		throw error;
	}
}
