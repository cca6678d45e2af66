import assert from 'node:assert/strict';
import {
	femtoContainers, femtoDevices, femtoTenants, type FemtoContainer, type FemtoDevice, type FemtoTenant,
} from '../../../protocol/generated/resources.ts';
import {containerStates} from '../../../protocol/schema/reasons.ts';
import type {Condition, KubeObject} from '../../../runtime/kube/types.ts';
import type {ContainerInfo} from '../../../simulator/device.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';

const revisions = {group: 'apps', version: 'v1', plural: 'controllerrevisions'};

/** What two runs must agree on: all but times, uids, counters, and the order in which things came about. */
export async function canonicalState(fleet: SimulatedFleet): Promise<unknown> {
	const {api} = fleet;
	const containers = (await api.list<FemtoContainer>(femtoContainers)).items;
	const devices = (await api.list<FemtoDevice>(femtoDevices)).items;
	return {
		tenants: (await api.list<FemtoTenant>(femtoTenants)).items.map(({metadata, spec, status}) =>
			({name: metadata.name, spec, conditions: verdicts(status?.conditions)})),
		containers: containers.map(({metadata, spec, status}) => ({
			name: metadata.name, finalizers: metadata.finalizers, spec,
			revision: status?.currentRevision, counts: status?.counts, conditions: verdicts(status?.conditions),
		})),
		revisions: (await api.list<KubeObject>(revisions)).items.map(({metadata}) => metadata.name),
		devices: devices.map(({metadata, spec, status}) => ({
			name: metadata.name, spec, conditions: verdicts(status?.conditions),
			assigned: sorted((status?.assigned ?? []).map(({container, revision, statementDigest}) =>
				`${container.name} ${revision} ${statementDigest}`)),
			containers: sorted((status?.containers ?? []).map(({statementDigest, state}) => `${statementDigest} ${state}`)),
			own: sorted((fleet.field.nodes.get(metadata.name)?.containers() ?? [])
				.map((info) => `${digestOf(info)} ${stateOf(info)}`)),
		})),
	};
}

/** What must hold in any state of rest: the API, the broker's head and the device itself say the same. */
export async function checkRest(fleet: SimulatedFleet): Promise<void> {
	const devices = (await fleet.api.list<FemtoDevice>(femtoDevices)).items;
	for (const {metadata: {name}, status = {}} of devices) {
		const {assigned = [], desiredGeneration = 0, acceptedGeneration = 0} = status;
		const node = fleet.field.nodes.get(name);
		assert.ok(node, name);
		const localIds = assigned.map(({localId}) => localId);
		assert.equal(new Set(localIds).size, localIds.length, `${name}: local ids ${localIds.join(', ')}`);
		assert.deepEqual(
			node.containers().map((info) => [info.localId, digestOf(info)]),
			assigned.map(({localId, statementDigest}) => [localId, statementDigest.replace('sha256:', '').slice(0, 12)]),
			`${name}: what it has differs from what is assigned`,
		);
		assert.equal(node.device.acceptedGeneration(), desiredGeneration, `${name} has not accepted the newest head`);
		assert.equal(acceptedGeneration, desiredGeneration, `status of ${name} does not say that it accepted`);
	}
}

/** Watches that no device ever has accepted a generation that its FemtoDevice does not count, and that none falls. */
export class GenerationWatch {
	readonly #desired = new Map<string, number>();

	onStored(object: KubeObject): void {
		if (object.kind !== 'FemtoDevice') return;
		const {metadata: {name}, status} = object as FemtoDevice;
		const desired = status?.desiredGeneration ?? 0;
		const before = this.#desired.get(name) ?? 0;
		assert.ok(desired >= before, `desiredGeneration of ${name} fell from ${before} to ${desired}`);
		this.#desired.set(name, desired);
	}

	check(fleet: SimulatedFleet): void {
		for (const [id, node] of fleet.field.nodes) {
			const accepted = node.device.isOn ? node.device.acceptedGeneration() : 0;
			const desired = this.#desired.get(id) ?? 0;
			assert.ok(accepted <= desired, `${id} has accepted generation ${accepted}, its FemtoDevice counts ${desired}`);
		}
	}
}

function verdicts(conditions: readonly Condition[] = []): readonly string[] {
	return conditions.map(({type, status, reason}) => `${type}=${status}/${reason}`);
}

function sorted(texts: readonly string[]): readonly string[] {
	return texts.toSorted((left, right) => (left < right ? -1 : 1));
}

function digestOf({digest}: ContainerInfo): string {
	return digest.toString(16).padStart(12, '0');
}

function stateOf({state}: ContainerInfo): string | undefined {
	return containerStates.find(({id}) => id === state)?.name;
}
