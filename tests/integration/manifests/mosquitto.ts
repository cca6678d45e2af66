import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort} from '../../../cli/up/free-port.ts';
import {reachable} from '../../contract/support/brokers.ts';

const install = join(import.meta.dirname, '../../../manifests/install/base');

export interface InstalledBroker {
	readonly port: number;
	stop(): Promise<void>;
}

/**
 * Mosquitto with configuration and rules of manifests/install and a folder of `femto keys broker`, on a free port of the
 * loopback. `folder` must exist; its data goes there, too.
 */
export async function startInstalledBroker(folder: string, secret: string): Promise<InstalledBroker> {
	const data = join(folder, 'data');
	mkdirSync(data);
	cpSync(join(install, 'mosquitto.acl'), join(folder, 'mosquitto.acl'));
	const port = await freePort();
	const paths = {
		'/mosquitto/config': folder, '/mosquitto/data': data, '/mosquitto/tls': secret, '/mosquitto/users': secret,
	};
	const config = Object.entries(paths).reduce(
		(text, [from, to]) => text.replaceAll(from, to),
		readFileSync(join(install, 'mosquitto.conf'), 'utf8').replace('listener 8883', `listener ${port} 127.0.0.1`),
	);
	// It drops root's rights by itself, and could not read the files then.
	writeFileSync(join(folder, 'mosquitto.conf'), `${config}\nuser root\n`);
	const child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], {stdio: 'ignore'});
	const kill = (): boolean => child.kill('SIGKILL');
	process.on('exit', kill);
	const ended = once(child, 'exit');
	await reachable(port);
	return {
		port,
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
			process.off('exit', kill);
		},
	};
}
