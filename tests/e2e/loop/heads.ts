import {connectAsync} from 'mqtt';
import {openMac0} from '../../../protocol/cose.ts';
import {deviceKey} from '../../../protocol/crypto.ts';
import {decodeHead} from '../../../protocol/generated/messages.ts';

/** The retained heads on the broker, read as a device that comes back would get them. */
export interface RetainedHeads {
	/** Generation of the authentic head of a device; undefined when there is none. */
	generationOf(device: string): number | undefined;
	close(): Promise<void>;
}

/** `onChange` after each head. */
export async function watchHeads(
	brokerPort: number, fleetSecret: Uint8Array, onChange: () => void,
): Promise<RetainedHeads> {
	const generations = new Map<string, number>();
	const client = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {clientId: '_loop-heads'});
	client.on('message', (topic, payload) => {
		const device = topic.split('/')[1] ?? '';
		const opened = openMac0(deviceKey(fleetSecret, device, 0), 'head', new Uint8Array(payload));
		const head = opened.ok ? decodeHead(opened.value) : undefined;
		if (head?.ok === true) generations.set(device, head.value.desiredGeneration);
		onChange();
	});
	await client.subscribeAsync('f/+/d', {qos: 1});
	return {
		generationOf: (device) => generations.get(device),
		close: () => client.endAsync(true),
	};
}
