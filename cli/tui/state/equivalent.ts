import type {ContainerName, Verb} from '../interfaces.ts';

/** The commands that do the same from a shell: with the plugin, and with kubectl alone where that is possible. */
export function equivalentCommands(verb: Verb, {namespace, name}: ContainerName): readonly string[] {
	const plugin = `kubectl femto rollout ${verb} fc/${name} -n ${namespace}`;
	if (verb === 'undo') return [plugin];
	const patch = JSON.stringify({spec: {paused: verb === 'pause'}});
	return [plugin, `kubectl patch fc ${name} -n ${namespace} --type=merge -p '${patch}'`];
}

export function containerName(key: string): ContainerName {
	const slash = key.indexOf('/');
	return {namespace: key.slice(0, slash), name: key.slice(slash + 1)};
}
