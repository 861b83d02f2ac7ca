import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import type { LogState } from '../../nodes/AlfaCrm/trigger/poll/log';
import { MOST_CHARACTERS } from '../../nodes/AlfaCrm/trigger/memory/spans';
import { add, emptyLogState, examine, freshIn, openDay, settle } from '../../nodes/AlfaCrm/trigger/poll/log';
import type { Look } from '../../nodes/AlfaCrm/trigger/poll/look';

const BEGIN = Date.UTC(2026, 1, 10, 9);
const at = (minutes: number) => BEGIN + minutes * 60_000;
const stampAt = (minutes: number) => new Date(at(minutes)).toISOString().slice(0, 19).replace('T', ' ');
const entry = (entity_id: number, minutes: number, more: IDataObject = {}): IDataObject => ({
	entity: 'Task',
	entity_id,
	event: 1,
	date_time: stampAt(minutes),
	fields_new: { title: 'Позвонить', user: 1 },
	...more,
});

/** What a poll reads of a branch; the newest first, as AlfaCRM lists them. */
const whole = (rows: IDataObject[], now: number): Look => ({
	rows,
	list: { total: rows.length, readAt: now },
	isWhole: true,
});

interface Polled {
	ids: unknown[];
	state: LogState;
}

/** A poll that has read such lists of the branches that are watched, and may report so many. */
function poll(
	state: LogState,
	minutes: number,
	lists: Record<number, IDataObject[] | Look>,
	{ most = 500, wants = () => true }: { most?: number; wants?: (change: Change) => boolean } = {},
): Polled {
	const now = at(minutes);
	const looks = new Map(
		Object.entries(lists).map(([branch, list]) => [
			Number(branch),
			Array.isArray(list) ? whole(list, now) : list,
		]),
	);
	const found = examine(state, looks, { wants, now });
	const items = found.news.slice(0, most);
	const left = new Set([...found.news.slice(items.length), ...found.later].map(({ key }) => key));
	const watched = Object.keys(state.branches).map(Number);
	// What n8n keeps is JSON.
	const kept = JSON.parse(JSON.stringify(settle(state, found, left, { watched, now }))) as LogState;
	return { ids: items.map(({ row }) => row.entity_id), state: kept };
}

const DAY = 1_440;
const yesterday = '2026-02-09';
const fresh = (...branches: number[]) => add(emptyLogState(), branches, { day: yesterday, now: BEGIN });

describe('an entry of the log', () => {
	it('is reported once, the oldest first, of one second the one that is listed last', () => {
		const rows = [entry(4, 2), entry(3, 1), entry(2, 1), entry(1, 0)];
		const { ids, state } = poll(fresh(1), 3, { 1: rows });
		expect(ids).toEqual([1, 2, 3, 4]);
		expect(poll(state, 4, { 1: [entry(5, 4), ...rows] }).ids).toEqual([5]);
	});

	it('is the same with other rendered names and another order of its fields', () => {
		const { state } = poll(fresh(1), 1, { 1: [entry(1, 0, { user_name: 'Анна' })] });
		const again = entry(1, 0, { user_name: 'Anna', fields_new: { user: 1, title: 'Позвонить' } });
		expect(poll(state, 2, { 1: [again] }).ids).toEqual([]);
	});

	it('that several branches list is reported once, also when one lists it later', () => {
		const { ids, state } = poll(fresh(1, 2), 1, { 1: [entry(1, 0)], 2: [] });
		expect(ids).toEqual([1]);
		expect(poll(state, 2, { 1: [entry(1, 0)], 2: [entry(1, 0)] }).ids).toEqual([]);
	});

	it('that shows up late is reported as long as its day or the day after it is the newest', () => {
		let { state } = poll(fresh(1), DAY, { 1: [entry(2, DAY)] });
		const rows = [entry(2, DAY), entry(1, 0)];
		const late = poll(state, DAY + 1, { 1: rows });
		expect(late.ids).toEqual([1]);
		state = poll(late.state, 2 * DAY, { 1: [entry(3, 2 * DAY), ...rows] }).state;
		expect(poll(state, 2 * DAY + 1, { 1: [entry(3, 2 * DAY), ...rows, entry(4, 0)] }).ids).toEqual([]);
	});
});

describe('what is left over', () => {
	const rows = [5, 4, 3, 2, 1].map((id) => entry(id, id * DAY));

	it('comes with the next polls, and the time stays before the day before', () => {
		const first = poll(fresh(1), 6 * DAY, { 1: rows }, { most: 2 });
		expect(first.ids).toEqual([1, 2]);
		expect(first.state.done).toBe('2026-02-12');
		const second = poll(first.state, 6 * DAY, { 1: rows }, { most: 2 });
		expect(second.ids).toEqual([3, 4]);
		const third = poll(second.state, 6 * DAY, { 1: rows });
		expect(third.ids).toEqual([5]);
		// The day before that of the newest entry.
		expect(third.state.done).toBe('2026-02-14');
	});
});

describe('a branch', () => {
	it('that could not be read for 30 days is not waited for', () => {
		let { state } = poll(fresh(1, 2), 1, { 1: [entry(1, 0)], 2: [] });
		state = poll(state, 2, { 1: [entry(1, 0)] }).state;
		state = poll(state, 29 * DAY, { 1: [entry(2, 29 * DAY)] }).state;
		expect(state.done).toBe(yesterday);
		state = poll(state, 31 * DAY, { 1: [entry(3, 31 * DAY)] }).state;
		expect(poll(state, 31 * DAY + 1, { 1: [], 2: [entry(4, 31 * DAY), entry(5, 1)] }).ids).toEqual([4]);
	});

	it('that was chosen has no news of what was there, but for what another one has to report', () => {
		const shared = entry(2, 10);
		const before = poll(fresh(1), 5, { 1: [entry(1, 1)] }).state;
		const chosen = add(before, [2], { day: '', isChosen: true, now: at(20) });
		const { ids, state } = poll(chosen, 20, { 1: [shared, entry(1, 1)], 2: [entry(3, 15), shared] });
		expect(ids).toEqual([2]);
		expect(poll(state, 30, { 1: [], 2: [entry(4, 25), entry(3, 15), shared] }).ids).toEqual([4]);
	});

	it('that cannot be read when it is chosen has news of what comes from then on, once it can be', () => {
		const before = poll(fresh(1), 5, { 1: [entry(1, 4)] }).state;
		const chosen = add(before, [2], { day: '', isChosen: true, now: at(6) });
		const { state } = poll(chosen, 6, { 1: [entry(1, 4)] });
		expect(poll(state, 30, { 1: [entry(1, 4)], 2: [entry(3, 25), entry(2, 1)] }).ids).toEqual([3]);
	});

	it('that was chosen and is too long to be read at once has no news of what is older than what was read', () => {
		const chosen = add(poll(fresh(1), 5, { 1: [] }).state, [2], { day: '', isChosen: true, now: at(20) });
		const top: Look = { rows: [entry(3, 15), entry(2, 12)], list: { total: 9, next: 1 }, isWhole: false };
		const { ids, state } = poll(chosen, 20, { 1: [], 2: top });
		expect([ids, state.branches[2].next]).toEqual([[], undefined]);
		const rows = [entry(4, 25), entry(3, 15), entry(5, 13), entry(2, 12), entry(1, 11)];
		expect(poll(state, 30, { 1: [], 2: rows }).ids).toEqual([5, 4]);
	});

	it('that is new to the account has the news of the days that are open', () => {
		const before = poll(fresh(1), 9 * DAY, { 1: [entry(1, 9 * DAY)] }).state;
		const day = openDay(before.newest, at(9 * DAY));
		const opened = add(before, [2], { day, now: at(9 * DAY) });
		const rows = [entry(4, 9 * DAY), entry(3, 8 * DAY), entry(2, 2 * DAY)];
		expect(poll(opened, 9 * DAY, { 1: [], 2: rows }).ids).toEqual([3, 4]);
	});
});

describe('what nobody wants', () => {
	const isTask = ({ entity }: Change) => entity === 'Task';

	it('is known all the same, so that other filters make no news of it', () => {
		const rows = [entry(2, 2, { entity: 'Lesson' }), entry(1, 1)];
		const { ids, state } = poll(fresh(1), 3, { 1: rows }, { wants: isTask });
		expect(ids).toEqual([1]);
		expect(poll(state, 4, { 1: [entry(3, 4, { entity: 'Lesson' }), ...rows] }).ids).toEqual([3]);
	});
});

it.each([null, 'gestern'])(
	'one whose time is %j is not reported, however often it is listed, and holds up no other',
	(date_time) => {
		const timeless = [entry(1, 0, { date_time }), entry(1, 0, { date_time })];
		let { ids, state } = poll(fresh(1), 1, { 1: [timeless[0], entry(2, 0), timeless[1]] });
		expect(ids).toEqual([2]);
		for (let day = 1; day <= 3; day++) {
			({ ids, state } = poll(state, day * DAY, { 1: [...timeless, entry(2 + day, day * DAY)] }));
			expect(ids).toEqual([2 + day]);
			expect(Object.keys(state.known)).not.toContain('');
		}
	},
);

it('more entries than are known one by one are known by their time', () => {
	const rows = Array.from({ length: 12_000 }, (_, n) => entry(n + 1, 600 - n / 20));
	const { ids, state } = poll(fresh(1), 700, { 1: rows }, { most: Infinity });
	expect(ids).toHaveLength(rows.length);
	expect(JSON.stringify(state).length).toBeLessThan(MOST_CHARACTERS + 1_000);
	expect(freshIn(state, 1)(rows)).toEqual([]);
	expect(poll(state, 701, { 1: [entry(99_999, 701), ...rows] }).ids).toEqual([99_999]);
});
