import type { TrialRow } from '../../../nodes/AlfaCrm/operations/account/tryWrites/trialReport';
import { hideSecrets } from '../../../nodes/AlfaCrm/operations/account/tryWrites/secrets';
import { buildReport } from '../../../nodes/AlfaCrm/operations/account/tryWrites/trialReport';

const row = (step: string, result: TrialRow['result'], message = ''): TrialRow => ({ step, result, message });

describe('the report of Try Writes', () => {
	it.each([
		[
			['works', 'works', 'not tried'],
			[],
			'All 2 steps that were tried work. Nothing stays in AlfaCRM.',
			'works',
		],
		[
			['works', 'differs'],
			['lead 9'],
			'Steps that differ or were refused: 1 of 2. This stays in AlfaCRM: lead 9.',
			'differs',
		],
		[
			['refused', 'not tried'],
			[],
			'Steps that differ or were refused: 1 of 1. Nothing stays in AlfaCRM.',
			'differs',
		],
	] as const)('of %j with %j left', (results, left, message, result) => {
		const rows = results.map((one, index) => row(`step ${index}`, one));
		const items = buildReport(rows, left, '2026-11-30');
		expect(items.slice(0, -1)).toEqual(rows);
		expect(items.at(-1)).toMatchObject({ step: 'report', result, message });
	});

	it('is a table, whatever AlfaCRM says', () => {
		const said = 'a | b\n<img src=x> `c` \\| @somebody *d*';
		const report = String(
			buildReport([row('create lead', 'refused', said)], [], '2026-11-30').at(-1)?.report,
		);
		expect(report.split('\n')).toEqual([
			...['### Account → Try Writes, 2026-11-30', '', '| step | result | message |', '| --- | --- | --- |'],
			'| create lead | refused | a \\| b &lt;img src=x> \\`c\\` \\\\\\| @\u200bsomebody \\*d\\* |',
			...['', 'Nothing stays in AlfaCRM.'],
		]);
	});

	it.each([
		['Клиент уже состоит в группе «Робот 5».', 'Клиент уже состоит в группе «…».'],
		['mia.parent+1@mail.example.org занят', '… занят'],
		['+7(912)345-67-89, 8 912 345 67 89 и 79123456789', '…, … и …'],
		['2026-11-30 03:05:58 и 4500.00 и ID 12345678', '2026-11-30 03:05:58 и 4500.00 и ID 12345678'],
	])('%s is told as %s', (said, told) => {
		expect(hideSecrets(said, ['Робот 5', ''])).toBe(told);
	});
});
