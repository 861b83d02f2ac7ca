import type { IDataObject } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { ApiClient } from '../../api/client';
import { firstDay, learn, tellTime } from './begin';
import { watched } from './branches';
import type { Poll } from './list';
import { timeOf } from './list';
import { look } from './look';
import { newestRows, newsOf } from './newest';
import { Seen } from './seen';
import type { State } from './state';
import { newList, newState, readState, writeState } from './state';
import type { Found, News, Watch } from './types';

/** How long somebody who tests the trigger is kept waiting at most. */
const SAMPLE_MS = 20_000;

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
	/** Milliseconds since 1970 after which no further page is read. */
	deadline: number;
	/** The same for records that are read one by one; later, so that each poll gets ahead. */
	recordsDeadline: number;
	/** Told when the settings have changed, so that the trigger begins anew. */
	onChanged: () => void;
}

interface Outcome {
	/** Oldest first. */
	news: News[];
	/** Stores what is known now; what follows after the first `taken` news comes again with the next poll. */
	save: (taken: number) => void;
}

/**
 * What is new since the last poll. The first poll only takes down what is there. Nothing is stored before `save`, which
 * comes when whatever follows has gone well too, so that a poll that does not succeed is repeated.
 *
 * @param data what the last poll stored
 */
export async function poll(client: ApiClient, settings: PollSettings, data: IDataObject): Promise<Outcome> {
	const stored = readState(data);
	const known = stored?.settings === settings.digest ? stored : undefined;
	if (stored && !known) settings.onChanged();
	const current = pollOf(client, settings, known ?? newState(settings.digest));
	const before = deepCopy(current.state.lists);
	const branches = await watched(current, settings.branches);
	const isKnown = await begin(current, branches);
	const isFirst = stored === undefined && settings.startWith > 0;
	const news = isKnown
		? await lookInto(current, branches)
		: isFirst
			? await newestRows(current, branches, settings.startWith)
			: [];
	const save = (taken: number) => {
		if (current.isMore || taken < news.length) waitForRest(current, before);
		keep(current, news.slice(0, taken));
		writeState(data, current.state);
	};
	return { news: news.slice(0, settings.most), save };
}

/** Some of the newest rows, whatever was reported before. */
export async function sample(client: ApiClient, settings: PollSettings, count: number): Promise<News[]> {
	const deadline = Date.now() + SAMPLE_MS;
	const current = pollOf(client, { ...settings, deadline }, newState(settings.digest));
	return await newestRows(current, await watched(current, settings.branches), count);
}

function pollOf(client: ApiClient, { watch, most, deadline }: PollSettings, state: State): Poll {
	return { client, watch, state, seen: new Seen(state.seen), deadline, most, isMore: false, places: 0 };
}

/** @returns true once all that was there before is known, so that the rest is new */
async function begin(current: Poll, branches: number[]): Promise<boolean> {
	const { lists } = current.state;
	const known = Object.values(lists);
	const isBeginning = known.length === 0;
	const since = isBeginning
		? await firstDay(current, branches)
		: known.map((list) => list.since).reduce((a, b) => (a === null || b === null ? null : a < b ? a : b));
	// A branch that is new to the account has no rows of its own from before.
	const isLearned = !isBeginning && known.every((list) => list.isLearned);
	current.state.lists = Object.fromEntries(
		branches.map((branch) => [branch, lists[branch] ?? { ...newList(since), isLearned }]),
	);
	const unknown = branches.filter((branch) => !current.state.lists[branch].isLearned);
	for (const branch of unknown) await learn(current, branch);
	return unknown.length === 0;
}

async function lookInto(current: Poll, branches: number[]): Promise<News[]> {
	await tellTime(current, branches);
	const found: Found[] = [];
	for (const branch of branches) found.push(...(await look(current, branch)));
	for (const { key, time, news } of found) if (news === undefined) current.seen.add(key, time);
	return newsOf(current.watch, found);
}

/** Rows that are left must not become too old meanwhile, so the next poll begins with the first page again. */
function waitForRest({ state }: Poll, before: State['lists']): void {
	for (const [branch, list] of Object.entries(state.lists)) {
		const { since, horizon } = before[branch] ?? { since: list.since, horizon: list.since ?? '' };
		Object.assign(list, { since, horizon, total: undefined, resumeAt: undefined });
	}
}

function keep({ state, seen, watch }: Poll, taken: readonly News[]): void {
	const lists = Object.values(state.lists);
	for (const { row } of taken) seen.add(watch.keyOf(row), timeOf(watch, row));
	const oldest = lists.map(({ horizon }) => horizon).reduce((a, b) => (a < b ? a : b), '9');
	const { json, horizon } = seen.toJson(oldest);
	state.seen = json;
	for (const list of lists) if (list.horizon < horizon) list.horizon = horizon;
}
