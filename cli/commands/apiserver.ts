import {InvalidArgumentError, type Command} from 'commander';
import {forwardTo} from '../../runtime/http-forward.ts';
import type {HttpHandler} from '../../runtime/http.ts';
import {jsonLog} from '../log.ts';
import {integerOption} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';
import {closeAll, type Closers} from '../up/closers.ts';
import {serveEmbeddedApi} from '../up/embedded-api.ts';
import {openStateFolder, openStateStore} from '../up/state-folder.ts';

type Services = Readonly<Record<string, HttpHandler>>;

interface ApiServerOptions {
	readonly state: string;
	readonly host: string;
	readonly port: number;
	readonly service: Services;
}

/** `femto apiserver`: the embedded Kubernetes API alone. */
export function addApiserverCommand(program: Command): void {
	program
		.command('apiserver')
		.description(
			'Serves the embedded Kubernetes API over HTTPS, and writes the kubeconfig that reaches it. The state folder is the one '
			+ 'of femto up: objects, history and certificates are kept over restarts.',
		)
		.option('--state <folder>', 'where store, certificates and kubeconfig are kept', '.femto')
		.option('--host <address>', 'address to listen on', '127.0.0.1')
		.option('--port <port>', 'TCP port; 0 = the last one, else any', integerOption('--port', 0, 65_535), 0)
		.option(
			'--service <namespace/name=url>', 'what answers behind the service proxy, as http://HOST:PORT; may be repeated',
			addService, {},
		)
		.addHelpText('after', `
Examples:
  femto apiserver --state state --port 6443
  femto apiserver --service femtofleet/femto-controller=http://127.0.0.1:8080`)
		.action(async (options: ApiServerOptions) => runApiserver(options, shutdownSignal()));
}

/** Runs until the signal aborts. */
async function runApiserver({state, host, port, service}: ApiServerOptions, signal: AbortSignal): Promise<void> {
	const log = jsonLog('apiserver', 'info');
	const closers: Closers = [];
	try {
		const folder = await openStateFolder(state);
		closers.push(() => folder.release());
		const store = openStateStore(folder);
		closers.push(() => store.close());
		const listener = await serveEmbeddedApi({state: folder, store, host, port, portOption: '--port', services: service, log});
		closers.push(() => listener.close());
		log.info('API server listens', {url: listener.url, kubeconfig: folder.kubeconfig, version: store.resourceVersion});
		await aborted(signal);
	} finally {
		await closeAll(closers);
	}
	log.info('API server ended');
}

/** NAMESPACE/NAME=http://HOST:PORT, where HOST may be an IPv6 address in brackets. */
const servicePattern = /^([a-z0-9.-]+\/[a-z0-9.-]+)=(http:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^:/?#@\s[\]]+):\d{1,5})\/?$/;

function addService(text: string, services: Services): Services {
	const [, id = '', origin = ''] = servicePattern.exec(text) ?? [];
	if (!URL.canParse(origin)) {
		throw new InvalidArgumentError(`--service is "${text}", NAMESPACE/NAME=http://HOST:PORT required`);
	}
	return {...services, [id]: forwardTo(origin)};
}
