import type {HttpResponse} from './http.ts';

/** One metric of a program, read when somebody asks for it. */
export interface Metric {
	/** `femto_<program>_<what>_<unit>`; a counter ends in `_total`. */
	readonly name: string;
	readonly type: 'counter' | 'gauge';
	/** One phrase, without a full stop. */
	readonly help: string;
	readonly labels: readonly string[];
	readonly read: () => readonly Sample[];
}

export interface Sample {
	/** A value for each of the metric's labels. */
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** The samples of a metric without labels. */
export function single(value: number): readonly Sample[] {
	return [{labels: {}, value}];
}

/** One sample for each entry of `values`, with its key as the label `label`. */
export function byLabel(label: string, values: Readonly<Record<string, number>>): readonly Sample[] {
	return Object.entries(values).map(([key, value]) => ({labels: {[label]: key}, value}));
}

/** What a Prometheus server scrapes, in its text format. */
export async function answerMetrics(metrics: readonly Metric[]): Promise<HttpResponse> {
	// Loaded by the first scrape: programs that nobody watches, and `femto --help`, do without.
	const {Counter, Gauge, Registry} = await import('prom-client');
	const registry = new Registry();
	for (const {name, type, help, labels, read} of metrics) {
		const options = {name, help, labelNames: labels, registers: [registry]};
		const metric = type === 'counter' ? new Counter(options) : new Gauge(options);
		for (const sample of read()) {
			metric.inc(sample.labels, sample.value);
		}
	}
	return {status: 200, headers: {'content-type': registry.contentType}, body: await registry.metrics()};
}
