import { hideSecrets } from '../../../nodes/AlfaCrm/operations/account/tryWrites/secrets';
import type { TrialRow } from '../../../nodes/AlfaCrm/operations/account/tryWrites/trialReport';
import { buildReport } from '../../../nodes/AlfaCrm/operations/account/tryWrites/trialReport';

const TODAY = '2026-11-30';

const WORKING_STEP: TrialRow = { step: 'create lead', result: 'works', message: '' };
const DIFFERING_STEP: TrialRow = { step: 'read lead', result: 'differs', message: '' };
const REFUSED_STEP: TrialRow = { step: 'create task', result: 'refused', message: '' };
const UNTRIED_STEP: TrialRow = { step: 'delete task', result: 'not tried', message: '' };

describe('buildReport', () => {
	it.each<{ outcome: string; steps: TrialRow[]; leftovers: string[]; report: object }>([
		{
			outcome: 'all tried steps work',
			steps: [WORKING_STEP, WORKING_STEP, UNTRIED_STEP],
			leftovers: [],
			report: {
				result: 'works',
				message: 'All 2 steps that were tried work. Nothing stays in AlfaCRM.',
			},
		},
		{
			outcome: 'a step differs and a lead stays',
			steps: [WORKING_STEP, DIFFERING_STEP],
			leftovers: ['lead 9'],
			report: {
				result: 'differs',
				message: 'Steps that differ or were refused: 1 of 2. This stays in AlfaCRM: lead 9.',
			},
		},
		{
			outcome: 'a step is refused',
			steps: [REFUSED_STEP, UNTRIED_STEP],
			leftovers: [],
			report: {
				result: 'differs',
				message: 'Steps that differ or were refused: 1 of 1. Nothing stays in AlfaCRM.',
			},
		},
	])('buildReport adds a report after the steps when $outcome', ({ steps, leftovers, report }) => {
		const items = buildReport(steps, leftovers, TODAY);

		expect(items.slice(0, -1)).toEqual(steps);
		expect(items.at(-1)).toMatchObject({ step: 'report', ...report });
	});

	it('buildReport escapes the messages of AlfaCRM, so that they cannot break the Markdown table', () => {
		const message = 'a | b\n<img src=x> `c` \\| @somebody *d*';

		const items = buildReport([{ step: 'create lead', result: 'refused', message }], [], TODAY);

		const lines = String(items.at(-1)?.report).split('\n');
		expect(lines).toEqual([
			'### Account → Try Writes, 2026-11-30',
			'',
			'| step | result | message |',
			'| --- | --- | --- |',
			'| create lead | refused | a \\| b &lt;img src=x> \\`c\\` \\\\\\| @\u200bsomebody \\*d\\* |',
			'',
			'Nothing stays in AlfaCRM.',
		]);
	});
});

describe('hideSecrets', () => {
	/** Names from the account. One of them is empty, and must not hide anything. */
	const NAMES = ['Робот 5', ''];

	it.each([
		{
			secret: 'a name of the account',
			text: 'Клиент уже состоит в группе «Робот 5».',
			hidden: 'Клиент уже состоит в группе «…».',
		},
		{
			secret: 'an email',
			text: 'mia.parent+1@mail.example.org занят',
			hidden: '… занят',
		},
		{
			secret: 'phones',
			text: '+7(912)345-67-89, 8 912 345 67 89 и 79123456789',
			hidden: '…, … и …',
		},
	])('hideSecrets hides $secret in a message', ({ text, hidden }) => {
		expect(hideSecrets(text, NAMES)).toBe(hidden);
	});

	it('hideSecrets keeps times, sums and IDs', () => {
		const text = '2026-11-30 03:05:58 и 4500.00 и ID 12345678';

		expect(hideSecrets(text, NAMES)).toBe(text);
	});
});
