import type { IDataObject } from 'n8n-workflow';

import { begin, startWithNewest } from '../../nodes/AlfaCrm/trigger/poll/beginning';
import type { Look } from '../../nodes/AlfaCrm/trigger/poll/look';
import type { RecordsState } from '../../nodes/AlfaCrm/trigger/poll/records';
import { emptyRecordsState, refilter, step } from '../../nodes/AlfaCrm/trigger/poll/records';

const HOUR_MS = 3_600_000;
const BEGIN = Date.UTC(2026, 1, 10, 9);
const at = (hours: number) => BEGIN + hours * HOUR_MS;
const stampAt = (hours: number) => new Date(at(hours)).toISOString().slice(0, 19).replace('T', ' ');
const rowOf = (id: number, hours: number, more: IDataObject = {}) => ({
	id,
	created_at: stampAt(hours),
	...more,
});

const SETTINGS = { filters: 'f', scope: 's', body: {} };
const OTHERS = { filters: 'g', scope: 's', body: {} };

/** Lists of branches 1, 2, ... that were read whole. */
const read = (now: number, ...lists: IDataObject[][]): Map<number, Look> =>
	new Map(
		lists.map((rows, index) => [
			index + 1,
			{ rows, list: { total: rows.length, readAt: now }, isWhole: true },
		]),
	);

/** A trigger that has got to know such lists. */
const begun = (...lists: IDataObject[][]): RecordsState =>
	begin(emptyRecordsState('', SETTINGS, at(0)), {
		looks: read(at(0), ...lists),
		branches: lists.map((_rows, index) => index + 1),
		now: at(0),
	});

interface Polled {
	ids: unknown[];
	state: RecordsState;
}

/** A poll that has read all lists, and may report so many. */
function poll(state: RecordsState, hours: number, lists: IDataObject[][], most = 500): Polled {
	const looks = read(at(hours), ...lists);
	const branches = lists.map((_rows, index) => index + 1);
	const seen = { looks, branches, wants: ({ wanted }: IDataObject) => wanted !== false };
	const { news, after } = step(state, { ...seen, now: at(hours) });
	const items = news.slice(0, most);
	// What n8n keeps is JSON.
	const kept = JSON.parse(JSON.stringify(after(items.length))) as RecordsState;
	return { ids: items.map(({ row }) => row.id), state: kept };
}

describe('the step from one poll to the next', () => {
	it('reports nothing of what was there', () => {
		const rows = [rowOf(3, -1), rowOf(2, -30), rowOf(1, -60)];
		expect(poll(begun(rows), 1, [rows]).ids).toEqual([]);
	});

	it('reports what is new, the oldest first, and goes on where it had to stop', () => {
		const rows = [4, 3, 2, 1].map((id) => rowOf(id, id - 1));
		const first = poll(begun([rows[3]]), 4, [rows], 2);
		expect(first.ids).toEqual([2, 3]);
		const second = poll(first.state, 4, [[rowOf(5, 4), ...rows]], 2);
		expect(second.ids).toEqual([4, 5]);
		expect(poll(second.state, 5, [[rowOf(5, 4), ...rows]]).ids).toEqual([]);
	});

	it('reports what several branches list once', () => {
		const rows = [rowOf(2, 1), rowOf(1, -1)];
		const { ids, state } = poll(begun([rows[1]], []), 1, [[rows[1]], [rows[0]]]);
		expect(ids).toEqual([2]);
		expect(poll(state, 2, [rows, rows]).ids).toEqual([]);
	});

	it('leaves the state that it was given as it is', () => {
		const state = begun([rowOf(1, -1)]);
		const before = structuredClone(state);
		poll(state, 30, [[rowOf(2, 1), rowOf(1, -1)]]);
		expect(state).toEqual(before);
	});
});

describe('the watermark', () => {
	/** The state after so many days with ten new records each. */
	function after(days: number, lists: (rows: IDataObject[]) => IDataObject[][]): RecordsState {
		let state = begun([rowOf(1, -1)], []);
		const rows = [rowOf(1, -1)];
		for (let hours = 1; hours <= days * 24; hours++) {
			if (hours % 2 === 0) rows.push(rowOf(rows.length + 1, hours));
			state = poll(state, hours, lists(rows)).state;
		}
		return state;
	}

	it('follows the newest record two to three days behind', () => {
		const state = after(10, (rows) => [rows, []]);
		const [watermark] = state.marks.slice(-3);
		const behind = state.newest.id - watermark.id;
		expect(behind).toBeGreaterThanOrEqual(24);
		expect(behind).toBeLessThanOrEqual(37);
		expect(state.marks).toHaveLength(5);
		expect(state.since).toBe('2026-02-16');
	});

	it('waits for a branch that cannot be read, but for no longer than 30 days', () => {
		// Branch 2 is watched and never read again.
		let state = begun([rowOf(1, -1)], []);
		const watermarks: number[] = [];
		for (let day = 1; day <= 40; day++) {
			const looks = read(at(day * 24), [rowOf(day + 1, day * 24)]);
			const { news, after: settled } = step(state, {
				...{ looks, branches: [1, 2], wants: () => true },
				now: at(day * 24),
			});
			expect(news).toHaveLength(1);
			state = settled(1);
			watermarks.push(state.marks.slice(-3)[0].id);
		}
		expect(watermarks.slice(0, 29)).toEqual(Array(29).fill(1));
		expect(watermarks[39]).toBeGreaterThan(30);
	});
});

describe('what is kept', () => {
	const sizeOf = (state: RecordsState) => JSON.stringify(state).length;
	const MOST = 32_000;

	it('is not much after an import of 6,000, each other one wanted, and what is left over comes', () => {
		const there = [rowOf(1_000_000_000, -1)];
		const come = Array.from({ length: 6_000 }, (_, n) =>
			rowOf(1_000_000_001 + n, 1, { wanted: n % 2 === 0 }),
		);
		let state = begun(there);
		const reported: unknown[] = [];
		for (let polls = 0; polls < 3; polls++) {
			const polled = poll(state, 1, [[...come, ...there]], 1_000);
			reported.push(...polled.ids);
			state = polled.state;
			expect(sizeOf(state)).toBeLessThan(MOST);
		}
		expect(reported).toEqual(come.filter((_row, n) => n % 2 === 0).map(({ id }) => id));
	});
});

describe('other settings', () => {
	it('make no news of what was there at the last poll, and hide nothing that came since', () => {
		const unwanted = rowOf(2, 1, { wanted: false });
		const { state } = poll(begun([rowOf(1, -1)]), 1, [[unwanted, rowOf(1, -1)]]);
		const rows = [rowOf(3, 2), { ...unwanted, wanted: true }, rowOf(1, -1)];
		expect(poll(refilter(state, OTHERS, [1]), 2, [rows]).ids).toEqual([3]);
		expect(refilter(state, SETTINGS, [1])).toBe(state);
	});

	it('let what is not wanted be news as soon as it is, for as long as it is seen to change', () => {
		const rows = [rowOf(2, 1, { wanted: false }), rowOf(1, -1)];
		const { state } = poll(refilter(begun([rows[1]]), OTHERS, [1]), 1, [rows]);
		expect(poll(state, 2, [[{ ...rows[0], wanted: true }, rows[1]]]).ids).toEqual([2]);
	});

	it('that only choose a branch leave what is not wanted to be news as soon as it is', () => {
		const rows = [rowOf(2, 1, { wanted: false }), rowOf(1, -1)];
		const { state } = poll(begun([rows[1]]), 1, [rows]);
		const chosen = refilter(state, { ...SETTINGS, scope: 't' }, [1, 2]);
		expect(poll(chosen, 2, [[{ ...rows[0], wanted: true }, rows[1]], []]).ids).toEqual([2]);
	});

	it('make no news of what a branch held when it was chosen, however late that can be read', () => {
		const rows = [rowOf(4, 3), rowOf(3, 2), rowOf(1, -1)];
		const own = poll(begun([rows[2]]), 2, [rows.slice(1)]);
		expect(own.ids).toEqual([3]);
		const chosen = refilter(own.state, OTHERS, [1, 2]);
		// Branch 2 cannot be read at first.
		const looks = read(at(3), rows);
		const { news, after } = step(chosen, { looks, branches: [1, 2], wants: () => true, now: at(3) });
		expect(news.map(({ row }) => row.id)).toEqual([4]);
		const held = [rowOf(5, 4), rowOf(2, 1)];
		const { ids, state } = poll(after(1), 5, [rows, held]);
		expect(ids).toEqual([5]);
		expect(state.chosen).toEqual({});
	});

	it('make no news of what the settings before would have hidden', () => {
		const [hidden, there] = [rowOf(2, 1), rowOf(1, -1)];
		const state = refilter(begun([there]), OTHERS, [1]);
		const wasListed = ({ id }: IDataObject) => id !== 2;
		const seen = { looks: read(at(1), [hidden, there]), branches: [1], wants: () => true, now: at(1) };
		const { news, after } = step(state, { ...seen, wasListed });
		expect(news).toEqual([]);
		expect(poll(after(0), 2, [[hidden, there]]).ids).toEqual([]);
	});
});

it('Start With Newest makes news of the newest ones, however few may be reported at once', () => {
	const rows = [9, 7, 5, 3, 1].map((id) => rowOf(id, id - 10));
	const seen = { looks: read(at(0), rows), branches: [1], wants: () => true, now: at(0) };
	const first = poll(startWithNewest(begun(rows), seen, 3), 0, [rows], 2);
	expect(first.ids).toEqual([5, 7]);
	const second = poll(first.state, 1, [[rowOf(10, 1), ...rows]]);
	expect(second.ids).toEqual([9, 10]);
});
