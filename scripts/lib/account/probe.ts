import { hasStatus } from '../../../nodes/AlfaCrm/api/failures';
import type { Settings } from '../../../sandbox/model/settings';
import type { Account } from './account';

/**
 * A question about an account, which its lists can answer: what value must a setting of the sandbox
 * have, so that the sandbox answers like the account?
 */
export interface Probe {
	setting: keyof Settings;
	/** The filter or field that the probe is about, if the setting names several of them. */
	subject?: string;
	/** Examines the account. Returns undefined if no record of the account shows the answer. */
	examine: (account: Account) => Promise<Finding | undefined>;
}

/** The answer of a probe. */
export interface Finding {
	description: string;
	/** Returns the settings that must change so that the sandbox answers like the account. */
	changeSettings: (settings: Settings) => Partial<Settings>;
}

/** The finding of a probe, or the reason why there is none. */
export type ProbeOutcome = { finding: Finding } | { reason: string };

/** Statuses with which AlfaCRM refuses a single list. Any other failure concerns the whole account. */
const REFUSAL_STATUSES = [200, 400, 403, 404, 405, 422, 500];

export async function runProbe(probe: Probe, account: Account): Promise<ProbeOutcome> {
	try {
		const finding = await probe.examine(account);
		return finding ? { finding } : { reason: 'nothing in the account shows it' };
	} catch (error) {
		if (hasStatus(error, ...REFUSAL_STATUSES)) return { reason: `not told: HTTP ${error.httpCode}` };
		throw error;
	}
}

/** Makes a probe that finds the value of a setting. */
export function makeValueProbe<K extends keyof Settings>(
	setting: K,
	findValue: (account: Account) => Promise<Settings[K] | undefined> | Settings[K] | undefined,
): Probe {
	return {
		setting,
		examine: async (account) => {
			const value = await findValue(account);
			return value === undefined ? undefined : makeValueFinding(setting, value);
		},
	};
}

export function makeValueFinding<K extends keyof Settings>(setting: K, value: Settings[K]): Finding {
	return {
		description: JSON.stringify(value),
		changeSettings: () => ({ [setting]: value }) as Partial<Settings>,
	};
}

/** Makes the finding that an account honours or ignores some filters. */
export function makeFilterFinding(names: string[], { isHonoured }: { isHonoured: boolean }): Finding {
	return {
		description: isHonoured ? 'honoured' : 'ignored',
		changeSettings: ({ ignoredFilters }) => {
			const otherFilters = ignoredFilters.filter((name) => !names.includes(name));
			if (isHonoured) return { ignoredFilters: otherFilters };
			const newFilters = names.filter((name) => !ignoredFilters.includes(name));
			return { ignoredFilters: [...ignoredFilters, ...newFilters] };
		},
	};
}
