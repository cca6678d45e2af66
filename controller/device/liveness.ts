/** How a device keeps to the time of its next report. Times are milliseconds since the epoch. */
export type Liveness =
	| {readonly kind: 'onTime'; readonly nextMs: number}
	| {readonly kind: 'late'; readonly nextMs: number}
	| {readonly kind: 'lost'};

/** A report is late after 1.5 times its interval; after 3 times the device is lost. */
const lateFactor = 1.5;
const lostFactor = 3;

/** `nextMs` is when the answer changes if no report comes. */
export function judgeLiveness(receivedMs: number, nextReportSeconds: number, nowMs: number): Liveness {
	const intervalMs = nextReportSeconds * 1000;
	const lateMs = receivedMs + lateFactor * intervalMs;
	const lostMs = receivedMs + lostFactor * intervalMs;
	if (nowMs < lateMs) {
		return {kind: 'onTime', nextMs: lateMs};
	}
	return nowMs < lostMs ? {kind: 'late', nextMs: lostMs} : {kind: 'lost'};
}
