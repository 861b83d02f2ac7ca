import type { IDataObject } from 'n8n-workflow';

import { idsOf } from '../../values/formats';
import { isClosedBranch } from '../../entities/branch';
import type { Probe } from './probe';
import { ifTold } from './probe';

/** As many branches are looked at; each costs a call. */
const MAX_BRANCHES = 10;
/** A user who may read none of these in a branch may hardly work there. */
const USUAL = ['subject', 'customer', 'lesson', 'user'];
/** The same in a sentence. */
export const USUAL_IN_WORDS = 'subjects, customers, lessons and users';

/** The branches of the account, as far as they are looked at: those in use first, the oldest of them first. */
export async function branchIds(probe: Probe): Promise<number[]> {
	const { rows = [] } = await probe.ask({ path: 'branch' });
	const place = (row: IDataObject) => (isClosedBranch(row) ? 1 : 0);
	const sorted = [...rows].sort((a, b) => place(a) - place(b) || Number(a.id) - Number(b.id));
	return [...new Set(idsOf(sorted))].slice(0, MAX_BRANCHES);
}

/** Whether the user may read anything in a branch; undefined if AlfaCRM does not say. */
export async function isOpen(probe: Probe, branch: number): Promise<boolean | undefined> {
	for (const path of USUAL) {
		const { rows, failure } = await probe.ask({ path, branch });
		if (rows !== undefined) return true;
		if (failure?.status !== 403) return undefined;
	}
	return false;
}

/**
 * What a denial says, as far as the branches tell.
 *
 * @param byRole where it is a matter of this list alone
 */
export async function whyDenied(probe: Probe, byRole: string): Promise<string> {
	const { branch } = probe;
	const answers = new Map<number, boolean | undefined>();
	const listed = (await ifTold(branchIds(probe))) ?? [];
	for (const id of new Set([branch, ...listed])) answers.set(id, await ifTold(isOpen(probe, id)));
	if (answers.get(branch) !== false) return byRole;
	const those = (is: boolean) => [...answers].filter(([, answer]) => answer === is).map(([id]) => id);
	const [open, closed] = [those(true), those(false).sort((a, b) => a - b)];
	if (open.length > 0) {
		const answered = `${named(open)} answered: this user may not work there`;
		return `AlfaCRM denied even ${USUAL_IN_WORDS} in branch ${branch}, while ${answered}. Give branch ${open[0]} as 'Branch ID' to see what the role allows.`;
	}
	const denied = `AlfaCRM denied even ${USUAL_IN_WORDS} in ${named(closed)}, so either the role of this user lacks the rights or the user does not work there`;
	const hint = listed.length === 0 ? " Other branches are not known: give another one as 'Branch ID'." : '';
	return `${denied}.${hint}`;
}

function named(ids: readonly number[]): string {
	const last = ids.at(-1);
	return ids.length === 1 ? `branch ${last}` : `branches ${ids.slice(0, -1).join(', ')} and ${last}`;
}
