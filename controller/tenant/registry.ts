import {evaluateTenants, type GrantMemo, type TenantVerdict} from './evaluate.ts';
import type {Grant} from '../../protocol/generated/messages.ts';
import type {FemtoTenant} from '../../protocol/generated/resources.ts';
import type {LabelSelector} from '../../runtime/kube/types.ts';

/** Who may run containers in a namespace. */
export type TenantChoice =
	| {readonly kind: 'none'}
	| {readonly kind: 'invalid'; readonly name: string; readonly message: string}
	| {readonly kind: 'revoked'; readonly name: string; readonly message: string}
	| ValidTenant;

export interface ValidTenant {
	readonly kind: 'valid';
	readonly name: string;
	readonly grant: Grant;
	/** The signed grant, as devices fetch it. */
	readonly bytes: Uint8Array;
	readonly deviceSelector: LabelSelector;
}

export type TenantJudge = (tenants: readonly FemtoTenant[]) => ReadonlyMap<string, TenantVerdict>;

/** Judges by the key of the fleet root; verifies each grant once for as long as it is there. */
export function judgeByKey(rootPublicKey: Uint8Array): TenantJudge {
	const memo: GrantMemo = new Map();
	return tenants => {
		const verdicts = evaluateTenants(tenants, rootPublicKey, memo);
		const current = new Set(tenants.map(({spec}) => spec.grant));
		for (const grant of memo.keys()) {
			if (!current.has(grant)) {
				memo.delete(grant);
			}
		}
		return verdicts;
	};
}

/** The verdicts on all tenants, computed again when one of them changes. */
export class TenantRegistry {
	readonly #judge: TenantJudge;
	readonly #list: () => readonly FemtoTenant[];
	#tenants: readonly FemtoTenant[] = [];
	#verdicts: ReadonlyMap<string, TenantVerdict> | undefined;

	constructor(judge: TenantJudge, list: () => readonly FemtoTenant[]) {
		this.#judge = judge;
		this.#list = list;
	}

	/** To be called whenever a FemtoTenant was added, changed or deleted. */
	changed(): void {
		this.#verdicts = undefined;
	}

	names(): readonly string[] {
		return [...this.#evaluate().keys()];
	}

	verdictOf(name: string): TenantVerdict | undefined {
		return this.#evaluate().get(name);
	}

	/** The tenant of a namespace; one that is not valid only when there is no valid one. */
	of(namespace: string): TenantChoice {
		const verdicts = this.#evaluate();
		const choices = this.#tenants.filter(tenant => tenant.spec.namespace === namespace)
			.flatMap(tenant => toChoice(tenant, verdicts.get(tenant.metadata.name)));
		return choices.find(({kind}) => kind === 'valid') ?? choices.find(({kind}) => kind === 'revoked') ?? choices[0]
			?? {kind: 'none'};
	}

	#evaluate(): ReadonlyMap<string, TenantVerdict> {
		if (this.#verdicts === undefined) {
			this.#tenants = this.#list();
			this.#verdicts = this.#judge(this.#tenants);
		}
		return this.#verdicts;
	}
}

function toChoice(tenant: FemtoTenant, verdict: TenantVerdict | undefined): readonly TenantChoice[] {
	const {name} = tenant.metadata;
	switch (verdict?.kind) {
		case undefined:
			return [];
		case 'valid': {
			const {grant, bytes} = verdict;
			return [{kind: 'valid', name, grant, bytes, deviceSelector: tenant.spec.deviceSelector}];
		}
		case 'revoked':
		case 'invalid':
			return [{kind: verdict.kind, name, message: verdict.message}];
	}
}
