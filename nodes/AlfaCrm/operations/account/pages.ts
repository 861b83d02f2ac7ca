import type { Check } from './check';
import { oneOf } from './check';
import type { LongList } from './longList';
import { isShuffled, longList, pageAt } from './longList';
import type { Probe } from './probe';
import { areAmong } from './probe';

/** A page that no list has. */
const FAR = 9_999;

const pastEnd = oneOf({
	check: 'page past the end',
	subject: 'lists',
	expected: 'empty',
	needs: 'a list with rows',
	find: async (probe) => {
		const path = (await longList(probe))?.path ?? 'customer';
		if ((await probe.page(path)).length === 0) return undefined;
		return (await probe.page(path, { page: FAR })).length === 0 ? 'empty' : 'last page again';
	},
	meanings: {
		empty: 'A list ends with an empty page, as the node takes it.',
		'last page again': 'The node knows a page that is shown again, and ends the list there.',
	},
});

const order = oneOf({
	check: 'order of rows',
	subject: 'lists',
	expected: 'the same each time',
	needs: 'a list of at least three rows',
	find: async (probe) => {
		const isOther = await isShuffled(probe);
		return isOther === undefined ? undefined : isOther ? 'another each time' : 'the same each time';
	},
	meanings: {
		'the same each time': 'Pages fit together, so a list is whole when it was read once.',
		'another each time':
			'Pages do not fit together: Return All reads lists several times, and needs more requests.',
	},
});

type Total =
	| 'missing'
	| 'one too high'
	| 'one too low'
	| 'right'
	| 'that of page 0'
	| 'that of each page'
	| 'wrong';

/** Counts the rows of the last page that the total speaks of, and looks whether another one follows. */
async function totalOf(probe: Probe): Promise<Total | undefined> {
	const list = await longList(probe);
	if (list === undefined) return undefined;
	const { total, size, second } = list;
	if (total === undefined) return 'missing';
	if (total <= size) return await pageTotal(probe, list);
	const last = Math.floor((total - 1) / size);
	const expected = total - last * size;
	const rows = last === 1 ? second : await pageAt(probe, list, last);
	const isAgain = expected === 1 && rows.length > 1;
	if (rows.length === expected - 1 || isAgain) return 'one too high';
	if (rows.length === expected + 1) return 'one too low';
	if (rows.length !== expected) return 'wrong';
	if (expected < size) return 'right';
	const next = await pageAt(probe, list, last + 1);
	return next.length === 1 && !areAmong(next, rows) ? 'one too low' : 'right';
}

/** A total that is no more than the first page has though another one follows. */
async function pageTotal(probe: Probe, { path, total, second }: LongList): Promise<Total> {
	const later = (await probe.ask(probe.whole(path, { page: 1 }))).total;
	if (later === second.length) return 'that of each page';
	return later === total ? 'one too low' : 'that of page 0';
}

const total = oneOf({
	check: 'total of a list',
	subject: 'lists',
	expected: 'right',
	needs: 'a list that is longer than a page',
	find: totalOf,
	meanings: {
		right: 'The node knows when a list came whole, and says so when it did not.',
		missing: 'The node reads on until a page is empty, and cannot say whether rows are missing.',
		'one too high': 'The node reads lists again for a row that does not come, and says that one is missing.',
		'one too low': 'The node reads on behind the total, so no row is lost.',
		'that of page 0': 'The node does not take it for the end of the list, and reads on.',
		'that of each page': 'The node does not take it for the end of the list, and reads on.',
		wrong: 'The node says that rows are missing though they may not be; the user may not see all of them.',
	},
});

export const pageChecks: readonly Check[] = [pastEnd, total, order];
