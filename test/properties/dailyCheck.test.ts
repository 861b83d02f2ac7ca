import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { findExpected } from './dailyCheck/findings';
import { openSchool } from './dailyCheck/rows';
import type { School } from './dailyCheck/schools';
import { schools } from './dailyCheck/schools';

jest.setTimeout(300_000);

beforeEach(() => {
	jest.useFakeTimers({ advanceTimers: true });
});

afterEach(() => {
	jest.useRealTimers();
});

it('Daily Check finds everything that is wrong in a school, each thing once, and nothing else', async () => {
	const property = fc.asyncProperty(schools, async (school) => {
		jest.setSystemTime(new Date(school.now));

		const { json, hints } = await openSchool(school).run(dailyCheckForm(school), { timezone: school.zone });

		expect(json.map(describeItem).sort()).toEqual(findExpected(school));
		expect(hints).toEqual([]);
	});
	await fc.assert(property, { seed, numRuns: depth.dailyChecks });
});

it('the random schools have something wrong for each check', () => {
	const sample = fc.sample(schools, { seed: 1, numRuns: 300 });

	const checks = sample.flatMap(findExpected).map((finding) => finding.split(' ')[0]);
	expect(new Set(checks)).toEqual(
		new Set(['stillPlanned', 'notMarked', 'overlap', 'smallGroup', 'noPayer', 'comesUnpaid']),
	);
});

function dailyCheckForm({ minMembers }: School): IDataObject {
	return { resource: 'account', operation: 'dailyCheck', options: { fewest: minMembers } };
}

/** The field of an output item with the ID of the record that is wrong. */
const ID_FIELD: Readonly<Record<string, string>> = {
	stillPlanned: 'lesson_id',
	notMarked: 'lesson_id',
	overlap: 'lesson_id',
	smallGroup: 'group_id',
	noPayer: 'payment_id',
	comesUnpaid: 'customer_id',
};

/** Writes an output item as `findExpected` writes a finding. */
function describeItem(item: IDataObject): string {
	const check = String(item.check);
	return `${check} ${String(item[ID_FIELD[check]])}`;
}
