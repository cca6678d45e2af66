import {frameErrors} from '../../protocol/serial/decoder.ts';

/**
 * Counted for each serial link. Whatever arrives between two delimiters adds one to exactly one of the first five. The
 * names are the contract of metrics and of `docs/reference/serial.md`.
 */
export const serialCounters = {
	received: 'frames that hold a datagram',
	refused_too_long: `frames refused: ${frameErrors['too-long']}`,
	refused_cobs_broken: `frames refused: ${frameErrors['cobs-broken']}`,
	refused_too_short: `frames refused: ${frameErrors['too-short']}`,
	refused_crc_wrong: `frames refused: ${frameErrors['crc-wrong']}`,
	sent: 'frames that the system has taken',
	dropped_too_long: 'datagrams to the device that no frame can hold: dropped',
	dropped_queue_full: 'datagrams to the device beyond the bound of the queue: dropped',
	dropped_down: 'datagrams to a device whose link is not open: dropped',
	opened: 'times that it was opened',
} as const;

export type SerialCounter = keyof typeof serialCounters;
export type SerialCounts = Record<SerialCounter, number>;

export function noSerialCounts(): SerialCounts {
	return Object.fromEntries(Object.keys(serialCounters).map((name) => [name, 0])) as SerialCounts;
}
