import type {BridgeConfig} from './config.ts';

/** Client ids that own topics `f/<device>/…`; every other client is a foreign one. */
export function isFleetDevice(clientId: string): boolean {
	return clientId !== 'bridge' && /^[a-z0-9-]{1,23}$/.test(clientId);
}

/** Whether the bridge serves this client id at all; ids with `_` first belong to the fleet's own programs. */
export function isServedClientId(clientId: string): boolean {
	return !clientId.startsWith('_') && !/[/+#\p{Cc}]/u.test(clientId);
}

export function hasWildcard(topic: string): boolean {
	return topic.includes('+') || topic.includes('#');
}

/** Whether a device may publish on this name. Presence belongs to bridges, `$…` to the broker. */
export function mayPublish(clientId: string, topic: string): boolean {
	if (hasWildcard(topic) || topic.startsWith('$') || topic.startsWith('f/bridge/')) {
		return false;
	}
	return isFleetDevice(clientId) || !topic.startsWith('f/');
}

/** Whether a device may subscribe to this filter. */
export function maySubscribe(clientId: string, filter: string): boolean {
	return isFilter(filter) && (isFleetDevice(clientId) || !filter.startsWith('f/'));
}

/** Whether a message on this topic may reach the device; a foreign client's `#` does not open the fleet's topics. */
export function mayReceive(clientId: string, topic: string): boolean {
	return isFleetDevice(clientId) || !topic.startsWith('f/');
}

/** Whether wildcards stand where MQTT 3.1.1, 4.7.1 allows them. */
export function isFilter(filter: string): boolean {
	const levels = filter.split('/');
	return filter !== '' && levels.every((level, index) =>
		level === '+' || (level === '#' && index === levels.length - 1) || !hasWildcard(level));
}

/** MQTT 3.1.1, 4.7: whether the filter takes the topic. */
export function matches(filter: string, topic: string): boolean {
	if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) {
		return false;
	}
	const wanted = filter.split('/');
	const given = topic.split('/');
	for (const [index, level] of wanted.entries()) {
		if (level === '#') {
			return true;
		}
		if (given[index] === undefined || (level !== '+' && level !== given[index])) {
			return false;
		}
	}
	return wanted.length === given.length;
}

/** The name behind a predefined id for this device; only the fleet's devices have any. */
export function predefinedName(config: BridgeConfig, clientId: string, id: number): string | undefined {
	const topic = isFleetDevice(clientId) ? config.predefinedTopics.find((entry) => entry.id === id) : undefined;
	return topic?.template.replace('{device}', clientId);
}

export function predefinedId(config: BridgeConfig, clientId: string, name: string): number | undefined {
	return config.predefinedTopics.find(({id}) => predefinedName(config, clientId, id) === name)?.id;
}
