import type {SimulatedFleet} from './fleet.ts';

export interface HostCosts {
	readonly wallMs: number;
	/** Resident memory of the process. */
	readonly residentBytes: number;
}

/** What a run cost, as lines for a person: per device where that is what matters. */
export function describeStatistics(fleet: SimulatedFleet, host: HostCosts): readonly string[] {
	const {field, scheduler, log} = fleet;
	const devices = [...field.link.devices];
	const perDevice = (value: number): string => (value / devices.length).toFixed(1);
	const lanes = devices.flatMap((id) => [field.link.counts(id, 'up'), field.link.counts(id, 'down')]);
	const sum = (key: 'sent' | 'sentBytes'): number => lanes.reduce((total, lane) => total + lane[key], 0);
	const longest = lanes.reduce((most, {longestBytes}) => Math.max(most, longestBytes), 0);
	const writes = [...fleet.controllerWrites].toSorted(([left], [right]) => (left < right ? -1 : 1));
	const kinds = writes.map(([plural, count]) => `${plural} ${perDevice(count)}`);
	const total = writes.reduce((all, [, count]) => all + count, 0);
	return [
		`wall ${(host.wallMs / 1000).toFixed(1)} s, ${scheduler.eventCount} events, ${log.lineCount} log lines`,
		`memory ${mebibytes(host.residentBytes)} MiB resident, of it firmware ${mebibytes(field.memoryBytes)} MiB`,
		`link ${perDevice(sum('sent'))} datagrams, ${perDevice(sum('sentBytes'))} bytes per device, longest ${longest} bytes`,
		`api ${perDevice(total)} writes per device: ${kinds.join(', ')}`,
	];
}

function mebibytes(bytes: number): string {
	return (bytes / 2 ** 20).toFixed(1);
}
