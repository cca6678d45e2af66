import {helperNames, hookName} from '../fit.ts';
import {passingRefusals} from './judge.ts';
import type {Observation} from './sessions.ts';
import {bytesToHex} from '../../protocol/crypto.ts';
import type {ContainerReport, Counter, Inventory, Refusal} from '../../protocol/generated/messages.ts';
import type {
	FemtoDeviceStatus, FemtoDeviceStatusContainer, FemtoDeviceStatusCounter, FemtoDeviceStatusRefusal,
} from '../../protocol/generated/resources.ts';
import {containerStates, deviceCounters, refusalReasons, verifierReasonBase} from '../../protocol/schema/reasons.ts';
import {faultName, refusalName} from '../../protocol/schema/verifier.ts';
import {formatTime} from '../../runtime/clock.ts';

const noInstruction = 0xffff;

/** The part of a device's status that its reports decide. Pure; equal reports give equal parts but for the times. */
export function observedStatus(before: FemtoDeviceStatus, observation: Observation): FemtoDeviceStatus {
	const {report, receivedMs, inventory, counters} = observation;
	return {
		acceptedGeneration: report.acceptedGeneration,
		containers: report.containers.map(container => readContainer(container, before.containers ?? [], observation)),
		refusals: report.refusals.map(readRefusal),
		...(inventory === undefined ? {} : readInventory(inventory)),
		...(counters === undefined ? {} : {counters: counters.map(readCounter)}),
		report: {boot: report.boot, sequence: report.sequence},
		lastReportTime: formatTime(receivedMs),
		nextReportTime: formatTime(receivedMs + report.nextReportSeconds * 1000),
	};
}

/** A state on the way is written when it lasts so long that somebody may wonder. */
export const passingStateMs = 60_000;

/**
 * Whether `next` says something of a device that is worth a write: another state that has come to an end, a fault, a
 * refusal, another inventory. States on the way, counters and times alone are not: they follow with the next write.
 */
export function isMaterial(before: FemtoDeviceStatus, next: FemtoDeviceStatus, nowMs: number): boolean {
	const passing = new Set((next.containers ?? []).filter(container => isPassing(container, nowMs))
		.map(({localId}) => localId));
	return before.report === undefined || essence(before, passing) !== essence(next, passing);
}

/** When a state on the way will have lasted too long; undefined when there is none, or it is written already. */
export function nextMaterialMs(next: FemtoDeviceStatus, nowMs: number): number | undefined {
	const times = (next.containers ?? []).filter(container => isPassing(container, nowMs)).map(stateEndMs);
	return times.length === 0 ? undefined : Math.min(...times);
}

function essence(status: FemtoDeviceStatus, passing: ReadonlySet<number>): string {
	const {containers = [], refusals = [], firmware, hooks, helpers} = status;
	const {containersLimit, mtuBytes, documentLimitBytes} = status;
	const settled = containers.filter(({localId}) => !passing.has(localId)).map(
		({localId, state, statementDigest, generation, faults}) => [localId, state, statementDigest, generation, faults]);
	const faulty = containers.filter(({localId, faults}) => passing.has(localId) && faults > 0)
		.map(({localId, faults}) => [localId, faults]);
	const lasting = refusals.filter(({localId, reason}) => !passing.has(localId) || !passingRefusals.has(reason))
		.map(({localId, reason, instruction}) => [localId, reason, instruction]);
	return JSON.stringify([
		settled, faulty, lasting, firmware?.version, firmware?.board, firmware?.buildId, hooks, helpers,
		containersLimit, mtuBytes, documentLimitBytes,
	]);
}

function isPassing(container: FemtoDeviceStatusContainer, nowMs: number): boolean {
	return (container.state === 'Fetching' || container.state === 'Trial') && nowMs < stateEndMs(container);
}

function stateEndMs({stateTime = ''}: FemtoDeviceStatusContainer): number {
	return Date.parse(stateTime) + passingStateMs;
}

function readContainer(
	container: ContainerReport, before: readonly FemtoDeviceStatusContainer[], {receivedMs, stateSinceMs}: Observation,
): FemtoDeviceStatusContainer {
	const {localId, generation, runs, faults, lastFault, instructions} = container;
	const statementDigest = bytesToHex(container.statementDigest);
	const state = stateName(container.state);
	const known = before.find(entry => entry.localId === localId);
	const same = known?.state === state && known.statementDigest === statementDigest && known.generation === generation;
	const sinceMs = stateSinceMs.get(localId) ?? receivedMs;
	const stateTime = same && known.stateTime !== undefined ? known.stateTime : formatTime(sinceMs);
	const {cause, pc} = lastFault;
	const fault = cause === 0 ? {} : {lastFault: {cause: faultName(cause) ?? `Cause${cause}`, pc}};
	return {localId, state, stateTime, statementDigest, generation, runs, faults, ...fault, instructions};
}

/** A state of a newer firmware reads as one that has not come to an end. */
function stateName(id: number): FemtoDeviceStatusContainer['state'] {
	return containerStates.find(state => state.id === id)?.name ?? 'Fetching';
}

function readRefusal({localId, reason, instruction}: Refusal): FemtoDeviceStatusRefusal {
	const name = refusalReasons.find(({id}) => id === reason)?.name ?? refusalName(reason - verifierReasonBase)
		?? `Reason${reason}`;
	return {localId, reason: name, ...(instruction === noInstruction ? {} : {instruction})};
}

function readInventory(inventory: Inventory): FemtoDeviceStatus {
	return {
		firmware: {version: inventory.firmware, board: inventory.board, buildId: bytesToHex(inventory.buildId)},
		hooks: inventory.hooks.map(hookName),
		helpers: helperNames(inventory.helpers),
		containersLimit: inventory.containers,
		freeRamBytes: inventory.freeRamBytes,
		freeFlashBytes: inventory.freeFlashBytes,
		mtuBytes: inventory.mtuBytes,
		documentLimitBytes: inventory.documentBytes,
	};
}

function readCounter({id, value}: Counter): FemtoDeviceStatusCounter {
	return {name: deviceCounters.find(counter => counter.id === id)?.name ?? `counter_${id}`, value};
}
