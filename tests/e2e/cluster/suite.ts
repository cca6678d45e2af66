import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, suite, test, type TestContext} from 'node:test';
import {femtoContainers, femtoDevices, type FemtoContainer, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {CoreEvent} from '../../../runtime/kube/event-recorder.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {RealtimeFleet} from '../../../simulator/mod.ts';
import {kubectlSkip} from '../../../scripts/kubectl/kubectl.ts';
import {mosquittoMissing} from '../../contract/support/brokers.ts';
import type {Child} from '../loop/child.ts';
import {readBlocks, type Block} from './document.ts';
import {impersonate, person, type Person} from './person.ts';
import type {ClusterServer} from './servers.ts';
import {Site} from './site.ts';
import {until} from './until.ts';

const names = ['sim-1', 'sim-2', 'sim-3', 'sim-4', 'sim-5'] as const;
const namespace = 'plant-a';
const containers = {...femtoContainers, namespace};
const events = {group: '', version: 'v1', plural: 'events', namespace};
const revisions = {group: 'apps', version: 'v1', plural: 'controllerrevisions', namespace};

/** What only a server with Deployments and RBAC can take. */
const officialOnly = new Set(['Install', 'Roles for people']);

export interface Cluster {
	readonly server: ClusterServer;
	readonly site: Site;
	readonly admin: Person;
	readonly author: Person;
	readonly operator: Person;
	readonly viewer: Person;
	/** Runs the blocks of the document from one section to another, by default one, each with the identity that it names. */
	readonly follow: (from: string, to?: string) => Promise<void>;
}

/** What only one server can show; both register tests. */
export interface MoreSteps {
	/** While a container runs, and until the second controller leads there is none. */
	readonly more?: (cluster: () => Cluster) => void;
	/** When all is over. */
	readonly last?: (cluster: () => Cluster) => void;
}

/**
 * The whole loop on one API server: set up as docs/tasks/install-on-a-cluster.md says, worked with as people do, with
 * kubectl and femto.
 */
export function clusterSuite(
	title: string, start: () => Promise<ClusterServer>, {more = () => {}, last = () => {}}: MoreSteps = {},
): void {
	const skip = mosquittoMissing() || (kubectlSkip() ?? false);
	suite(title, {timeout: 240_000, skip}, () => {
		let cluster: Cluster;
		let devices: RealtimeFleet;
		let [leader, standby]: (Child | undefined)[] = [];
		/** The revision before the first change. */
		let first: string | undefined;

		before(async () => {
			const server = await start();
			const admin = person(server.folder, server.kubeconfig);
			const as = (name: string): Person => (server.name === 'embedded' ? admin
				: person(server.folder, impersonate(server.kubeconfig, `${name}@example.com`)));
			cluster = {
				server, admin, site: new Site(server, admin), follow,
				author: as('author'), operator: as('operator'), viewer: as('viewer'),
			};
		});

		after(async () => {
			await cluster.site.stop();
			await cluster.server.stop();
		});

		/** Each goes on where the one before it ended. */
		let hasFailed = false;
		function step(name: string, run: (context: TestContext) => Promise<void>): void {
			test(name, async (context) => {
				assert.ok(!hasFailed, 'an earlier step has failed');
				hasFailed = true;
				await run(context);
				hasFailed = false;
			});
		}

		async function follow(from: string, to = from): Promise<void> {
			const blocks = readBlocks('docs/tasks/install-on-a-cluster.md');
			const sections = [...new Set(blocks.map(({section}) => section))];
			const isMeant = ({section, mark}: Block): boolean => mark !== 'untested'
				&& sections.indexOf(section) >= sections.indexOf(from) && sections.indexOf(section) <= sections.indexOf(to)
				&& !(cluster.server.name === 'embedded' && officialOnly.has(section));
			for (const {mark, script} of blocks.filter(isMeant)) {
				await (mark === 'author' ? cluster.author : cluster.admin).ok(script);
			}
		}

		/** Another version of the document's container. */
		async function build(file: string, change: (source: string) => string): Promise<void> {
			const source = join(cluster.server.folder, 'heartbeat', 'heartbeat.c');
			writeFileSync(source, change(readFileSync(source, 'utf8')));
			await cluster.author.ok(`femto build --sign --keys keys heartbeat > ${file}`);
		}

		async function isReady(name: string): Promise<void> {
			const {code, stderr} = await cluster.viewer.run(`kubectl wait fc/${name} -n ${namespace} --for=condition=Ready --timeout=50s`);
			if (code !== 0) assert.fail(`${stderr}${(await cluster.viewer.run(`femto describe fc/${name} -n ${namespace}`)).stdout}`);
		}

		/** Why it is not Ready. */
		const isReason = (reason: string): Promise<string> => cluster.operator.ok(`kubectl wait fc/heartbeat -n ${namespace} `
			+ `--for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'=${reason} --timeout=30s`);

		async function revisionOf(name: string): Promise<string | undefined> {
			return (await cluster.server.client.get<FemtoContainer>(containers, name)).status?.currentRevision;
		}

		/** Resolves when no device is assigned anything and none reports anything. */
		async function emptyDevices(): Promise<void> {
			await until<FemtoDevice>(cluster.server.client, femtoDevices, 'empty devices', (found) => found.length === names.length
				&& found.every(({status}) => (status?.assigned ?? []).length + (status?.containers ?? []).length === 0));
			assert.deepEqual([...devices.nodes.values()].flatMap((node) => node.containers()), []);
		}

		step('the document installs it, makes a tenant and gives people their roles', async () => {
			await follow('Keys', 'Roles for people');
		});

		step('controller, bridge and broker run with the arguments and files of their pods', async () => {
			await cluster.server.openService();
			await cluster.site.startAir();
			leader = await cluster.site.startController('controller-1');
			await cluster.viewer.fails(`femto logs fc/heartbeat -n ${namespace}`,
				/^error: the controller does not answer: no endpoints available for service "(http:)?femto-controller/);
			await cluster.site.leads(leader);
			standby = await cluster.site.startController('controller-2');
			await cluster.admin.ok('kubectl wait femtotenant/plant-a --for=condition=Ready --timeout=30s');
		});

		step('devices enrol, and the first container becomes Ready on all of them', async () => {
			devices = await cluster.site.startDevices(names);
			await until<FemtoDevice>(cluster.server.client, femtoDevices, 'devices', (found) => found.length === names.length);
			await follow('The first container');
			const looks = `femto get fc -n ${namespace}; femto get fd; femto describe fc/heartbeat -n ${namespace}`;
			const table = await cluster.viewer.ok(looks);
			for (const name of names) assert.match(table, new RegExp(`^${name} `, 'm'));
			assert.match(table, /RolloutComplete/);
		});

		step('why and logs reach the controller through the API server', async (context) => {
			if (cluster.server.serviceHost === '127.0.0.1' && cluster.server.name === 'official') {
				context.skip('this machine has only a loopback address, to which the official server sends nothing');
				return;
			}
			const {stdout, stderr} = await cluster.viewer.run(`femto why sim-1 heartbeat -n ${namespace}`);
			assert.deepEqual({stdout, stderr}, {stdout: `${namespace}/heartbeat: Ready\n`, stderr: ''});
			assert.match(await cluster.viewer.ok(`femto logs fc/heartbeat -n ${namespace} --tail 5`), /^\[sim-[1-5]\] beat$/m);
		});

		step('of a new version one device goes ahead, and without a leader why decides on what is stored', async () => {
					await build('heartbeat-2.yaml', (source) => source.replace('"beat", 4', '"two", 3'));
			first = await revisionOf('heartbeat');
			await cluster.author.ok('kubectl apply -f heartbeat-2.yaml');
			const begun = await until<FemtoContainer>(cluster.server.client, containers, 'the first wave', ([found]) =>
				found?.status?.updatedRevision !== first && (found?.status?.counts?.updated ?? 0) > 0);
			assert.equal(begun[0]?.status?.counts?.updated, 1, 'one device goes ahead');
			await leader?.kill();
			const {stderr} = await cluster.viewer.run(`femto why sim-1 heartbeat -n ${namespace}`);
			assert.match(stderr, /^\(from the stored status; the controller does not answer: .+\)$/m);
		});

		more(() => cluster);

		step('the second controller takes over and ends what the killed one has begun', async () => {
			await cluster.site.leads(standby as Child);
			await isReady('heartbeat');
			assert.notEqual(await revisionOf('heartbeat'), first);
		});

		step('a bad version goes back by itself', async () => {
			const good = await revisionOf('heartbeat');
			await build('heartbeat-3.yaml', (source) => source.replace('(void)context;', '(void)context;\n\t*(volatile int *)0 = 1;'));
			await cluster.author.ok('kubectl apply -f heartbeat-3.yaml');
			await cluster.author.fails(`femto rollout status fc/heartbeat -n ${namespace} --timeout 50s`, /RolledBack/);
			assert.equal(await revisionOf('heartbeat'), good);
			const events = await cluster.viewer.ok(`kubectl get events -n ${namespace} --field-selector=reason=RolledBack -o name`);
			assert.notEqual(events, '');
		});

		step('an operator pauses, resumes and goes back', async () => {
			const {operator, author} = cluster;
			const good = await revisionOf('heartbeat');
			await operator.ok(`femto rollout undo fc/heartbeat -n ${namespace}`);
			await isReady('heartbeat');
			assert.equal(await revisionOf('heartbeat'), good);
			await operator.ok(`femto rollout pause fc/heartbeat -n ${namespace}`);
			await build('heartbeat-4.yaml', (source) => source.replace(/\t\*\(volatile.*\n/, '').replace('"two", 3', '"four", 4'));
			// Who pauses owns that field from then on; an author's apply leaves it alone.
			await author.ok('kubectl apply -f heartbeat-4.yaml');
			await isReason('Paused');
			await operator.ok(`femto rollout resume fc/heartbeat -n ${namespace}`);
			await isReady('heartbeat');
			assert.notEqual(await revisionOf('heartbeat'), good);
			assert.match(await operator.ok(`femto rollout history fc/heartbeat -n ${namespace}`), /current/i);
			// Not to the third version, which came in between and failed.
			await operator.ok(`femto rollout undo fc/heartbeat -n ${namespace}`);
			await isReady('heartbeat');
			assert.equal(await revisionOf('heartbeat'), good);
		});

		step('a mistake in a spec stops nothing, and its event is counted when it comes again', async () => {
			const {author, server} = cluster;
			for (let times = 1; times <= 2; times++) {
				await author.ok(`kubectl patch fc/heartbeat -n ${namespace} --type=merge -p '{"spec":{"parameters":{"speed":1}}}'`);
				await isReason('ParameterUnknown');
				await until<CoreEvent>(server.client, events, `event ${times}`, (found) =>
					found.some(({reason, count}) => reason === 'ParameterUnknown' && count === times));
				await author.ok(`kubectl patch fc/heartbeat -n ${namespace} --type=merge -p '{"spec":{"parameters":null}}'`);
				await isReady('heartbeat');
			}
		});

		step('a deleted container leaves the devices, and its revisions go', async () => {
			await cluster.author.ok(`kubectl delete fc/heartbeat -n ${namespace} --timeout=50s`);
			await emptyDevices();
			await until<KubeObject>(cluster.server.client, revisions, 'no revisions', (found) => found.length === 0);
		});

		step('a deleted namespace goes with the containers in it', async () => {
			await cluster.author.ok('kubectl apply -f heartbeat.yaml');
			await until<FemtoContainer>(cluster.server.client, containers, 'a device', ([found]) =>
				(found?.status?.counts?.updated ?? 0) > 0);
			await cluster.admin.ok(`kubectl delete namespace ${namespace} --timeout=50s`);
			await emptyDevices();
		});

		test('nothing that the controller asked for was forbidden', () => {
			// A namespace that goes takes no new objects, whoever asks.
			const isEnd = (message: string): boolean => /because it is being terminated/.test(message);
			const forbidden = cluster.server.audited().filter(({code, message}) => code === 403 && !isEnd(message));
			assert.deepEqual(forbidden, []);
			const lines = [leader, standby].flatMap((child) => child?.lines ?? []);
			assert.deepEqual(lines.filter((line) => /forbidden/i.test(line) && !isEnd(line)), []);
		});

		last(() => cluster);
	});
}
