import type { IDataObject } from 'n8n-workflow';

import { dayNumberAt } from '../../../../nodes/AlfaCrm/trigger/dayNumbers';
import type { DueState } from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import {
	findDueRecords,
	restoreMemory,
} from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueDatesState';
import type { OccasionName } from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { dueKinds } from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { CUSTOMER_TYPE } from '../../../support/codes';
import type { History, Poll } from './histories';
import { findCard } from './histories';

/**
 * Polls as a history says, and returns the clients of each poll. n8n stores the state as text between two
 * polls.
 *
 * @returns the IDs of the clients of each poll, in order
 */
export function playHistory(occasion: OccasionName, history: History): number[][] {
	let storedState: string | undefined;
	return history.polls.map((poll) => {
		const { at: now, limit, watchedBranches, takenClients } = poll;
		const today = dayNumberAt(now, history.zone);
		const memory = restoreMemory(readState(storedState), {
			branches: watchedBranches,
			highestDueLevel: limit,
			today,
		});

		const { records, stateAfter } = findDueRecords(memory, {
			kind: dueKinds[occasion],
			highestDueLevel: limit,
			today,
			now,
			reportsAtStart: history.reportsAtStart,
			clientLists: readClientLists(history, poll),
		});

		const taken = records.slice(0, takenClients);
		storedState = JSON.stringify(stateAfter(taken.length));
		return taken.map(({ row }) => Number(row.id));
	});
}

/** Reads a state that was stored as text. Before the first poll there is none. */
function readState(storedState: string | undefined): DueState | undefined {
	return storedState === undefined ? undefined : (JSON.parse(storedState) as DueState);
}

/** Reads the lists of clients of the branches that a poll can read. */
function readClientLists(
	history: History,
	poll: Poll,
): Map<number, { rows: IDataObject[]; isComplete: boolean }> {
	const readableBranches = poll.watchedBranches.filter((branch) => !poll.failingBranches.includes(branch));
	return new Map(
		readableBranches.map((branch) => [
			branch,
			{
				rows: listClients(history, branch, poll),
				isComplete: !poll.incompleteBranches.includes(branch),
			},
		]),
	);
}

/** Lists the clients of a branch with what their cards show in a poll. */
function listClients({ clients }: History, branch: number, poll: Poll): IDataObject[] {
	return clients
		.filter(({ branches }) => branches.includes(branch))
		.map((client) => ({
			id: client.id,
			branch_ids: client.branches,
			is_study: CUSTOMER_TYPE.client,
			...findCard(client, poll),
		}));
}
