/** Limits a rate: one second's worth may be used at once. */
export interface TokenBucket {
	readonly tokens: number;
	readonly atMs: number;
}

export function fullBucket(perSecond: number, nowMs: number): TokenBucket {
	return {tokens: perSecond, atMs: nowMs};
}

export function takeToken(
	bucket: TokenBucket,
	perSecond: number,
	nowMs: number,
): {readonly bucket: TokenBucket; readonly taken: boolean} {
	const gained = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000;
	const tokens = Math.min(perSecond, bucket.tokens + gained);
	const taken = tokens >= 1;
	return {bucket: {tokens: taken ? tokens - 1 : tokens, atMs: nowMs}, taken};
}
