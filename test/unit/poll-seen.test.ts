import { Seen } from '../../nodes/AlfaCrm/trigger/poll/seen';

const of = (entries: Record<string, Array<number | string>>) => {
	const seen = new Seen();
	for (const [time, keys] of Object.entries(entries)) for (const key of keys) seen.add(key, time);
	return seen;
};
const DAY = '2026-02-10';
const NEXT = '2026-02-11';
const count = (length: number, step = 1) => Array.from({ length }, (_, n) => 1 + n * step);
const size = (json: object) => JSON.stringify(json).length;

describe('what a trigger has seen', () => {
	it.each<[what: string, keys: Array<number | string>, text: string]>([
		['runs', [3, 1, 2, 7, 9, 8], '1-3,7-9'],
		['single numbers', [5, 1, 9], '1,5,9'],
		['texts', ['#b-C_', '#a'], '#b-C_,#a'],
		['both', ['#a', 2, 1], '1-2,#a'],
		['numbers from 10 on in their own order', [10, 9, 100, 11], '9-11,100'],
	])('is kept as %s, and read again', (_what, keys, text) => {
		const { json } = of({ [DAY]: keys }).toJson('');
		expect(json).toEqual({ [DAY]: text });
		const again = new Seen(json);
		for (const key of keys) expect(again.has(key)).toBe(true);
		expect([0, 4, 6, '#c', ''].some((key) => again.has(key))).toBe(false);
		expect(again.toJson('').json).toEqual(json);
	});

	it('is nothing at first', () => {
		expect(new Seen().toJson('2026-02-10')).toEqual({ json: {}, horizon: '2026-02-10' });
	});

	it('keeps the time that it was told first', () => {
		const seen = of({ [DAY]: [1] });
		seen.add(1, NEXT);
		expect(seen.toJson('').json).toEqual({ [DAY]: '1' });
	});

	it.each([
		['2026-02-10', ['', DAY, NEXT]],
		['2026-02-10 23:59:59', ['', DAY, NEXT]],
		['2026-02-11 00:00:00', ['', NEXT]],
		['2026-02-12', ['']],
	])('forgets what is older than %s, a day as a whole, and nothing without a time', (horizon, times) => {
		const { json } = of({ '': [1], [DAY]: [2], [NEXT]: [3] }).toJson(horizon);
		expect(Object.keys(json).sort()).toEqual(times);
	});

	it('forgets by the minute where times are minutes', () => {
		const seen = of({ '2026-02-10 09:00': ['#a'], '2026-02-10 09:01': ['#b'] });
		expect(seen.toJson('2026-02-10 09:00:59').json).toEqual({
			'2026-02-10 09:00': '#a',
			'2026-02-10 09:01': '#b',
		});
		expect(seen.toJson('2026-02-10 09:01:00').json).toEqual({ '2026-02-10 09:01': '#b' });
	});

	it('gives up the oldest times when there are too many, and says from when on it knows all', () => {
		const times = count(28).map((day) => `2026-02-${String(day).padStart(2, '0')}`);
		const seen = of(
			Object.fromEntries(times.map((time, n) => [time, count(300, 2).map((id) => id + n * 1_000)])),
		);
		const { json, horizon } = seen.toJson('2026-02-01');
		const kept = times.slice(times.indexOf(horizon));
		expect(kept.length).toBeGreaterThan(5);
		expect(kept.length).toBeLessThan(28);
		expect(Object.keys(json).sort()).toEqual(kept);
		expect(size(json)).toBeLessThan(25_000);
	});

	it('takes the lowest numbers of one time for a run when there are too many', () => {
		const ids = count(9_000, 3);
		const { json, horizon } = of({ [DAY]: ids }).toJson('2026-02-01');
		expect(horizon).toBe('2026-02-01');
		expect(size(json)).toBeLessThan(12_000);
		const again = new Seen(json);
		expect(ids.every((id) => again.has(id))).toBe(true);
		expect([3, 26_997, 26_999].map((id) => again.has(id))).toEqual([true, false, false]);
	});

	it('keeps the newest time beside very many rows without one', () => {
		const seen = of({
			'': count(9_000, 3),
			[DAY]: count(9_000, 3).map((id) => id + 1),
			'2026-02-09': [2_000_000],
		});
		const { json, horizon } = seen.toJson('2026-02-01');
		expect([Object.keys(json).sort(), horizon]).toEqual([['', DAY], DAY]);
		expect(size(json)).toBeLessThan(24_000);
	});

	it('never parts the changes of one minute', () => {
		const texts = count(5_000).map((n) => `#${n}`);
		const { json } = of({ '2026-02-10 09:00': texts, '2026-02-10 08:59': ['#old'] }).toJson('');
		const again = new Seen(json);
		expect(texts.every((text) => again.has(text))).toBe(true);
		expect(again.has('#old')).toBe(false);
	});
});
