import type { Outcome } from '../../scripts/lib/compat/table';
import { compatTable, withOutcome } from '../../scripts/lib/compat/table';
import { fallbacks } from '../../scripts/lib/compat/versions';

const outcome = (n8n: string, checks: Record<string, boolean>, date = '2026-01-31'): Outcome => ({
	n8n,
	node: '24.1.0',
	date,
	version: '1.0.0',
	checks,
});

describe('the table of versions of n8n', () => {
	it('has a column for each version, oldest first, and a row for each check of the newest', () => {
		const outcomes = [outcome('2.20.12', { Loads: true, Polls: true }), outcome('1.123.81', { Loads: true })];
		const newest = outcome('2.3.0', { Loads: true, Polls: false });
		expect(compatTable([...outcomes, newest].reduce(withOutcome, [] as Outcome[])).split('\n')).toEqual([
			'|  | n8n 1.123.81 | n8n 2.3.0 | n8n 2.20.12 |',
			'| --- | --- | --- | --- |',
			'| Loads | yes | yes | yes |',
			'| Polls | not tried | **no** | yes |',
			'| Version of this package | 1.0.0 | 1.0.0 | 1.0.0 |',
			'| Node.js that it ran in | 24.1.0 | 24.1.0 | 24.1.0 |',
			'| tried on | 2026-01-31 | 2026-01-31 | 2026-01-31 |',
		]);
	});

	it('keeps of a version the last outcome, and of the others what they had', () => {
		const before = [outcome('1.123.81', { Loads: false }), outcome('2.0.3', { Loads: true })];
		const after = withOutcome(before, outcome('1.123.81', { Loads: true }, '2026-02-28'));
		expect(after.map(({ n8n, date }) => [n8n, date])).toEqual([
			['1.123.81', '2026-02-28'],
			['2.0.3', '2026-01-31'],
		]);
		expect(after[0].checks).toEqual({ Loads: true });
	});
});

describe('a line of versions', () => {
	const all = [
		'1.9.0',
		'1.99.1',
		'1.123.5',
		'1.123.81',
		'2.4.0',
		'2.40.7',
		'2.41.1',
		'2.41.3',
		'2.42.0-beta.1',
	];

	it.each([
		['1.123', ['1.123.81', '1.123.5']],
		['2.4', ['2.4.0']],
		['2.41.1', ['2.41.1']],
		['2', ['2.41.3', '2.41.1', '2.40.7', '2.4.0']],
		['3', []],
	])('%s begins with its newest', (line, expected) => {
		expect(fallbacks(all, line)).toEqual(expected);
	});
});
