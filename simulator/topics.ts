import type {QoS} from 'mqtt-packet';

/** MQTT 3.1.1, 4.7.1: `#` alone in the last level, `+` alone in any; at least one character, no NUL. */
export function isTopicFilter(filter: string): boolean {
	const levels = filter.split('/');
	return isText(filter) && levels.every((level, index) =>
		level === '+' || (level === '#' ? index === levels.length - 1 : !/[+#]/.test(level)));
}

/** A name to publish to: no wildcards. */
export function isTopicName(topic: string): boolean {
	return isText(topic) && !/[+#]/.test(topic);
}

/** Whether a valid filter takes in a valid name. Wildcards in the first level leave `$…` out (4.7.2). */
export function matchesFilter(filter: string, topic: string): boolean {
	const filterLevels = filter.split('/');
	const topicLevels = topic.split('/');
	if (topic.startsWith('$') && (filterLevels[0] === '+' || filterLevels[0] === '#')) return false;
	for (const [index, level] of filterLevels.entries()) {
		// `a/#` takes in `a` itself, too (4.7.1.2).
		if (level === '#') return true;
		if (index >= topicLevels.length || (level !== '+' && level !== topicLevels[index])) return false;
	}
	return filterLevels.length === topicLevels.length;
}

/** Who subscribed to what: filters without wildcards, nearly all of a fleet's, are found by one look-up. */
export class SubscriptionIndex<Subscriber> {
	readonly #exact = new Map<string, Map<Subscriber, QoS>>();
	readonly #wildcard = new Map<string, Map<Subscriber, QoS>>();

	add(filter: string, subscriber: Subscriber, qos: QoS): void {
		const table = this.#tableOf(filter);
		const subscribers = table.get(filter) ?? new Map<Subscriber, QoS>();
		table.set(filter, subscribers.set(subscriber, qos));
	}

	remove(filter: string, subscriber: Subscriber): void {
		const table = this.#tableOf(filter);
		const subscribers = table.get(filter);
		subscribers?.delete(subscriber);
		if (subscribers?.size === 0) table.delete(filter);
	}

	/** Each subscriber once, with the greatest QoS among its matching filters (3.3.5), in the order of subscribing. */
	match(topic: string): ReadonlyMap<Subscriber, QoS> {
		const matched = new Map(this.#exact.get(topic));
		for (const [filter, subscribers] of this.#wildcard) {
			if (!matchesFilter(filter, topic)) continue;
			for (const [subscriber, qos] of subscribers) {
				matched.set(subscriber, Math.max(qos, matched.get(subscriber) ?? 0) as QoS);
			}
		}
		return matched;
	}

	#tableOf(filter: string): Map<string, Map<Subscriber, QoS>> {
		return /[+#]/.test(filter) ? this.#wildcard : this.#exact;
	}
}

function isText(text: string): boolean {
	return text.length > 0 && !text.includes('\0') && Buffer.byteLength(text) <= 0xffff;
}
