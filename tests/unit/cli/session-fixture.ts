import type {Store} from '../../../apiserver/mod.ts';
import type {Console} from '../../../cli/output/console.ts';
import type {RawRequest, Session} from '../../../cli/session.ts';
import {femtoContainers, femtoDevices, type FemtoContainer, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {HttpResponse} from '../../../runtime/http.ts';
import {seededRandom} from '../../../runtime/random.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {newScheduler, newStore} from '../apiserver/support.ts';

/** What a command has written. */
export class CapturedConsole implements Console {
	stdout = '';
	stderr = '';
	width: number | undefined;

	out(text: string): void {
		this.stdout += text;
	}

	error(line: string): void {
		this.stderr += `${line}\n`;
	}
}

/** The embedded store, virtual time, and a session of a command upon them. */
export class SessionFixture {
	readonly scheduler = newScheduler();
	readonly store: Store = newStore({clock: this.scheduler.clock});
	readonly console = new CapturedConsole();
	readonly abort = new AbortController();
	/** Answers what does not go to the store. */
	read: (request: RawRequest) => Promise<HttpResponse> = () => Promise.reject(new Error('nobody listens'));
	readonly session: Session = {
		api: this.store, namespace: 'default', clock: this.scheduler.clock, random: seededRandom(1), console: this.console,
		signal: this.abort.signal, read: (request) => this.read(request),
	};

	run(milliseconds: number): Promise<unknown> {
		return this.scheduler.run({withinMs: milliseconds});
	}

	/** With a status, as the controller would have written it. */
	async container(name: string, changes: {
		readonly spec?: Readonly<Record<string, unknown>>; readonly status?: FemtoContainer['status']; readonly namespace?: string;
	} = {}): Promise<FemtoContainer> {
		const {namespace = 'default', spec, status} = changes;
		const ref = {...femtoContainers, namespace};
		const made = await this.store.create<KubeObject>(ref, {
			apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', metadata: {name, namespace},
			spec: {deviceSelector: {matchLabels: {class: 'pump'}}, image: {digest, configMap: {name: 'bytes'}}, ...spec},
		} as unknown as KubeObject) as FemtoContainer;
		return status === undefined ? made : this.status(name, status, namespace);
	}

	status(name: string, status: FemtoContainer['status'], namespace = 'default'): Promise<FemtoContainer> {
		return this.store.patch<FemtoContainer>({...femtoContainers, namespace}, name, {status}, {subresource: 'status'});
	}

	async device(name: string, labels: Readonly<Record<string, string>>, status?: FemtoDevice['status']): Promise<void> {
		await this.store.create<KubeObject>(
			femtoDevices, {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name, labels}});
		if (status !== undefined) {
			await this.store.patch(femtoDevices, name, {status}, {subresource: 'status'});
		}
	}

	async namespace(name: string): Promise<void> {
		await this.store.create<KubeObject>(
			{group: '', version: 'v1', plural: 'namespaces'}, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	}
}

export const digest = `sha256:${'ab'.repeat(32)}`;

type Conditions = NonNullable<NonNullable<FemtoContainer['status']>['conditions']>;

/** Conditions by `Type=Status`, all with this reason and message. */
export function conditions(generation: number, types: readonly string[], reason: string, message: string): Conditions {
	return types.map((text) => {
		const [type = '', status = ''] = text.split('=');
		return {
			type, status: status as Conditions[number]['status'], reason, message, observedGeneration: generation,
			lastTransitionTime: '2000-01-01T00:00:00Z',
		};
	});
}

export const counts = (changes: Partial<NonNullable<NonNullable<FemtoContainer['status']>['counts']>> = {}) => ({
	matched: 5, updated: 3, ready: 2, failed: 0, asleep: 1, late: 0, lost: 0, notFit: 0, unavailable: 1, ...changes,
});
