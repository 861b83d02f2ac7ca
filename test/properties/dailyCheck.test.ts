import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { listExpectedFindings } from './dailyCheck/findings';
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

it('Daily Check finds everything that is wrong in a school once, and nothing else', async () => {
	const property = fc.asyncProperty(schools, async (school) => {
		jest.setSystemTime(new Date(school.now));

		const form = dailyCheckForm(school);
		const { json, hints } = await openSchool(school).run(form, { timezone: school.zone });

		const findings = json.map(describeItem).sort();
		expect(findings).toEqual(listExpectedFindings(school));
		expect(hints).toEqual([]);
	});
	await fc.assert(property, { seed, numRuns: depth.dailyChecks });
});

it('the random schools of these tests have something wrong for each check of Daily Check', () => {
	const randomSchools = fc.sample(schools, { seed: 1, numRuns: 300 });

	// A finding begins with the name of the check, such as "smallGroup 2".
	const findings = randomSchools.flatMap(listExpectedFindings);
	const checks = new Set(findings.map((finding) => finding.split(' ')[0]));
	expect([...checks].sort()).toEqual([
		'comesUnpaid',
		'noPayer',
		'notMarked',
		'overlap',
		'smallGroup',
		'stillPlanned',
	]);
});

function dailyCheckForm({ minMembers }: School): IDataObject {
	return { resource: 'account', operation: 'dailyCheck', options: { fewest: minMembers } };
}

/** The field of an output item that has the ID of the record that is wrong, by the check. */
const ID_FIELD: Readonly<Record<string, string>> = {
	stillPlanned: 'lesson_id',
	notMarked: 'lesson_id',
	overlap: 'lesson_id',
	smallGroup: 'group_id',
	noPayer: 'payment_id',
	comesUnpaid: 'customer_id',
};

/** Describes an output item by the check and the ID of the record, such as "smallGroup 2". */
function describeItem(item: IDataObject): string {
	const check = String(item.check);
	return `${check} ${String(item[ID_FIELD[check]])}`;
}
