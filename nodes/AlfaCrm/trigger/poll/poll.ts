import type { IDataObject } from 'n8n-workflow';

import type { Caller } from '../../api/request';
import { firstDay, learn } from './begin';
import { watched } from './branches';
import type { Poll } from './list';
import { look } from './look';
import { newestRows, newsOf } from './newest';
import { Seen } from './seen';
import type { State } from './state';
import { newList, newState, readState, writeState } from './state';
import type { Found, News, Watch } from './types';

export interface PollSettings {
	watch: Watch;
	/** All branches of the account if undefined. */
	branches?: number[];
	/** Digest of all that decides which rows there are. */
	digest: string;
	/** How many rows are reported at most; the rest with the next poll. */
	most: number;
	/** How many of the rows that are there already are reported in the beginning. */
	startWith: number;
	/** Milliseconds that the poll may take. */
	budgetMs: number;
	/** Told when the settings have changed, so that the trigger begins anew. */
	onChanged: () => void;
}

/**
 * What is new since the last poll, oldest first. The first poll only takes down what is there. Nothing is stored
 * here: `save` does that, once whatever follows has gone well too, so that a poll that does not succeed is repeated.
 *
 * @param data what the last poll stored
 */
export async function poll(
	caller: Caller,
	settings: PollSettings,
	data: IDataObject,
): Promise<{ news: News[]; save: () => void }> {
	const stored = readState(data);
	const known = stored?.settings === settings.digest ? stored : undefined;
	if (stored && !known) settings.onChanged();
	const current = pollOf(caller, settings, known ?? newState(settings.digest));
	const branches = await watched(current, settings.branches);
	const news = await report(current, settings, branches, stored === undefined);
	return { news, save: () => writeState(data, current.state) };
}

/** Some of the newest rows, whatever was reported before. */
export async function sample(caller: Caller, settings: PollSettings, count: number): Promise<News[]> {
	const current = pollOf(caller, settings, newState(settings.digest));
	return await newestRows(current, await watched(current, settings.branches), count);
}

function pollOf(caller: Caller, { watch, most, budgetMs }: PollSettings, state: State): Poll {
	const deadline = Date.now() + budgetMs;
	return { caller, watch, state, seen: new Seen(state.seen), deadline, most, isMore: false, places: 0 };
}

async function report(
	current: Poll,
	{ startWith }: PollSettings,
	branches: number[],
	isFirst: boolean,
): Promise<News[]> {
	const { state } = current;
	const known = Object.values(state.lists);
	const isBeginning = known.length === 0;
	const since = isBeginning
		? await firstDay(current, branches)
		: known.map((list) => list.since).reduce((a, b) => (a === null || b === null ? null : a < b ? a : b));
	// A branch that is new to the account has no rows of its own from before.
	for (const branch of branches)
		state.lists[branch] ??= { ...newList(since), isLearned: isBeginning ? undefined : true };

	const lists = branches.map((branch) => state.lists[branch]);
	if (lists.every(({ isLearned }) => isLearned)) return await lookInto(current, branches);

	for (const branch of branches) if (!state.lists[branch].isLearned) await learn(current, branch);
	const first = isFirst && startWith > 0 ? await newestRows(current, branches, startWith) : [];
	keep(current);
	return first;
}

async function lookInto(current: Poll, branches: number[]): Promise<News[]> {
	const found: Found[] = [];
	for (const branch of branches) found.push(...(await look(current, branch)));
	for (const { key, time, news } of found) if (news === undefined) current.seen.add(key, time);

	const all = newsOf(current, found);
	const now = all.slice(0, current.most);
	for (const { key, time } of now) current.seen.add(key, time);
	if (current.isMore || all.length > now.length) {
		for (const branch of branches) current.state.lists[branch].total = undefined;
	}
	keep(current);
	return now;
}

function keep({ state, seen }: Poll): void {
	const lists = Object.values(state.lists);
	const oldest = lists.map(({ horizon }) => horizon).reduce((a, b) => (a < b ? a : b), '9');
	const { json, horizon } = seen.toJson(oldest);
	state.seen = json;
	for (const list of lists) if (list.horizon < horizon) list.horizon = horizon;
}
