import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { settingsOfProfile } from '../../../sandbox/profile';
import type { School } from './school';

/** What Account → Check says of one thing. */
export interface Told extends IDataObject {
	check: string;
	subject: string;
	expected: string;
	found: string;
	verdict: string;
	meaning: string;
	rows: number | null;
}

export const nameOf = ({ check, subject }: Pick<Told, 'check' | 'subject'>): string => `${check}: ${subject}`;

/** What no setting decides: this machine's speed, and today. */
const OF_THE_MOMENT = ['clock', 'time of an answer'];

/** What was found, by name; without what differs from run to run. */
export const foundIn = (report: readonly Told[]): Record<string, string> =>
	Object.fromEntries(
		report
			.filter(({ check }) => !OF_THE_MOMENT.includes(check))
			.map((told) => [
				nameOf(told),
				told.found === '' || told.verdict === 'unknown' ? `(${told.verdict})` : told.found,
			]),
	);

/** Denied, or nothing to tell it by. */
export const isUntold = (found = ''): boolean => /^\((denied|unknown)\)$/.test(found);

/** The names of what one report says otherwise than another. */
export function differences(before: Record<string, string>, after: Record<string, string>): string[] {
	const names = new Set([...Object.keys(before), ...Object.keys(after)]);
	return [...names].filter((name) => before[name] !== after[name]).sort();
}

/** Settings that play the account of a report, for all but its speed. */
export function playedBy(report: readonly Told[]): Partial<Settings> {
	const profile = { format: 'alfacrm-profile', version: 1, findings: report };
	const played = settingsOfProfile(profile);
	delete played.latencyMs;
	return played;
}

interface Auditor {
	/** Runs Account → Check in the school as it is after a reset, with these settings, and with what else can be told. */
	checkWith: (settings: Partial<Settings>) => Promise<Told[]>;
	check: (parameters?: INodeParameters) => Promise<Told[]>;
}

export function auditorOf(school: School): Auditor {
	const check = async (more: INodeParameters = {}) => {
		const parameters = { resource: 'account', operation: 'check', ...more };
		const { error, json } = await school.engine.run({ parameters });
		expect(error).toBeUndefined();
		return json as Told[];
	};
	return {
		check,
		checkWith: async (settings) => {
			const { sandbox } = school;
			sandbox.reset();
			Object.assign(sandbox.settings, { rateLimit: 0, ...structuredClone(settings) });
			// What an invented school lacks.
			const task = sandbox.store.insert('task', { branch_ids: [1], title: 'Позвонить' }, { user: 1 });
			sandbox.store.remove('task', task.id, { user: 1 });
			return await check();
		},
	};
}
