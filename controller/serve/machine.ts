import type {WriteTally} from '../count-writes.ts';
import type {Machine} from '../machine.ts';
import {createHandler, type HandlerParts} from './handler.ts';
import {explainLive} from './live.ts';
import {controllerMetrics} from './metrics.ts';
import type {HttpHandler} from '../../runtime/http.ts';

/** What the controller around a machine says of itself. */
export type MachineState = Pick<HandlerParts, 'clock' | 'idleReason' | 'isConnected'>;

/** Joins the parts of a machine to what is served of them. */
export function serveMachine(machine: Machine, writes: WriteTally, state: MachineState): HttpHandler {
	const {fleet, logs, tally} = machine;
	const {clock, idleReason, isConnected} = state;
	const isLeading = (): boolean => idleReason() === undefined;
	return createHandler({
		clock, idleReason, isConnected, logs,
		explain: device => explainLive({...machine, clock}, device),
		knows: {
			device: name => fleet.devices.get(name) !== undefined,
			container: key => fleet.containers.get(key) !== undefined,
		},
		metrics: controllerMetrics({...machine, writes, isLeading, isConnected, counts: () => tally.counts}),
	});
}
