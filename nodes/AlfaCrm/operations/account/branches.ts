import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { Check } from './check';
import { oneOf } from './check';
import type { Probe } from './probe';
import { keyOf, keysOf } from './probe';
import { branchIds, isOpen, USUAL_IN_WORDS } from './reach';

/** Entries of the log that are looked for in another branch. */
const MAX_ENTRIES = 3;

/** The first branch that can be read. */
export async function chooseBranch(probe: Probe): Promise<number> {
	const ids = await branchIds(probe);
	for (const id of ids) if (await isOpen(probe, id)) return id;
	return ids[0] ?? 1;
}

/** One for each branch: an account has its own. */
export async function branchChecks(probe: Probe): Promise<Check[]> {
	const ids = await branchIds(probe);
	return ids
		.map((id) =>
			oneOf({
				check: 'branch',
				subject: `branch ${id}`,
				expected: 'allowed',
				needs: 'an answer that tells',
				find: async () => {
					const is = await isOpen(probe, id);
					return is === undefined ? undefined : is ? 'allowed' : 'denied';
				},
				meanings: {
					allowed: 'This user may read in the branch.',
					denied: `AlfaCRM denied this user ${USUAL_IN_WORDS} in the branch: operations there most likely end with an error.`,
				},
			}),
		)
		.map(
			(check): Check => ({
				...check,
				verdict: (found) => (found === 'denied' ? 'denied' : check.verdict(found)),
			}),
		);
}

/** Customers of other branches that are not in the one that is looked at. */
async function strangers(probe: Probe): Promise<IDataObject[]> {
	for (const branch of await branchIds(probe)) {
		if (branch === probe.branch) continue;
		const { rows = [] } = await probe.ask({ ...probe.whole('customer'), branch });
		const others = rows.filter((row) => !isIn(row, probe.branch));
		if (others.length > 0) return others;
	}
	return [];
}

const isIn = ({ branch_ids: branches }: IDataObject, branch: number): boolean =>
	!Array.isArray(branches) || branches.map(readId).includes(branch);

const withoutBranch = oneOf({
	check: 'path without a branch',
	subject: 'customer/index',
	expected: ['every branch', 'one branch', 'not there'],
	needs: 'customers in two branches',
	find: async (probe) => {
		const { rows, failure } = await probe.ask({ ...probe.whole('customer'), branch: null });
		if (failure?.status === 404) return 'not there';
		if (rows === undefined || rows.length === 0) return undefined;
		const branches = (await branchIds(probe)).filter((id) => rows.every((row) => isIn(row, id)));
		if (branches.length === 0) return 'every branch';
		const [stranger] = await strangers(probe);
		if (stranger === undefined) return undefined;
		const found = await probe.rows({ ...probe.whole('customer', { id: stranger.id }), branch: null });
		if (found.some(({ id }) => id === stranger.id)) return 'every branch';
		return found.length === 0 ? 'one branch' : undefined;
	},
	meanings: {
		'every branch': 'An API Call without a branch lists the records of all branches.',
		'one branch': 'An API Call without a branch lists the records of one branch only.',
		'not there': 'An API Call needs a branch.',
	},
});

const scopeOfLog = oneOf({
	check: 'rows of a branch',
	subject: 'log',
	expected: ['those of the branch', 'those of the account'],
	needs: 'changes in one of two branches',
	find: async (probe) => {
		const entries = await probe.page('log');
		for (const branch of (await branchIds(probe)).filter((id) => id !== probe.branch)) {
			const { rows: theirs } = await probe.ask({ ...probe.whole('log'), branch });
			if (theirs === undefined) continue;
			const known = keysOf(theirs);
			const missing = entries.filter((row) => !known.has(keyOf(row)));
			const asked = missing.length > 0 ? missing : entries;
			const told = await areThere(probe, branch, asked.slice(0, MAX_ENTRIES));
			if (told !== undefined) return told ? 'those of the account' : 'those of the branch';
		}
		return undefined;
	},
	meanings: {
		'those of the branch': 'The trigger reads the log of each branch for its own changes.',
		'those of the account':
			'Each branch shows the same log; the trigger reports each change once all the same.',
	},
});

/** Whether another branch shows what happened to the same records. */
async function areThere(probe: Probe, branch: number, entries: IDataObject[]): Promise<boolean | undefined> {
	const found = [];
	for (const { entity, entity_id } of entries) {
		const { rows } = await probe.ask({ path: 'log', body: { entity, entity_id }, branch });
		if (rows === undefined) return undefined;
		if (rows.some((row) => row.entity !== entity || row.entity_id !== entity_id)) return undefined;
		found.push(rows.length > 0);
	}
	return found.length === 0 ? undefined : found.every(Boolean);
}

export const placeChecks: readonly Check[] = [withoutBranch, scopeOfLog];
