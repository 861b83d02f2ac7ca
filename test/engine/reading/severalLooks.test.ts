import type { IDataObject } from 'n8n-workflow';

import { jobsOf } from '../support/jobs';
import { pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { rows, runInBranch1: run, some } = jobsOf(school);

describe('lists that need more than one look', () => {
	it('lessons of all statuses come unless some are chosen', async () => {
		const list = async (status: number[]) =>
			await run({ resource: 'lesson', operation: 'getAll', returnAll: true, status, simplify: false });
		const inBranch = rows('lesson').filter((row) => row.branch_id === 1);
		const ids = (found: readonly IDataObject[]) => found.map(({ id }) => id as number).sort((a, b) => a - b);

		expect(ids(await list([]))).toEqual(ids(inBranch));
		expect(ids(await list([1, 2]))).toEqual(ids(inBranch.filter((row) => row.status !== 3)));
	});

	it('a lesson of any status is found by its ID', async () => {
		for (const status of [1, 2, 3]) {
			const { id } = some('lesson', (row) => row.status === status && row.branch_id === 1);
			expect(await run({ resource: 'lesson', operation: 'get', id: id as number })).toMatchObject([
				{ id, status },
			]);
		}
	});

	it('payments are filtered by date again, because AlfaCRM may ignore that filter', async () => {
		const day = (row: IDataObject) => String(row.document_date).split('.').reverse().join('-');
		const days = rows('pay').map(day).sort();
		const from = days[Math.floor(days.length / 3)];
		const to = days[Math.floor((days.length * 2) / 3)];
		const found = await run({
			resource: 'pay',
			operation: 'getAll',
			returnAll: true,
			simplify: false,
			filters: { date_from: from, date_to: to },
		});
		const expected = rows('pay').filter((row) => row.branch_id === 1 && day(row) >= from && day(row) <= to);
		expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
		expect(expected.length).toBeLessThan(rows('pay').length);
	});

	it('regular lessons are filtered by group again', async () => {
		const owner = some(
			'regular-lesson',
			(row) => row.related_class === 'Group' && row.branch_id === 1,
		).related_id;
		const found = await run({
			resource: 'regularLesson',
			operation: 'getAll',
			returnAll: true,
			simplify: false,
			filters: { group_id: pick(owner) },
		});
		expect(found.length).toBeGreaterThan(0);
		for (const row of found) expect(row).toMatchObject({ related_class: 'Group', related_id: owner });
	});
});

describe('Simplify', () => {
	it('keeps at most 10 useful fields and writes lists as one text', async () => {
		const [simple] = await run({ resource: 'customer', operation: 'getAll', limit: 1 });
		const [raw] = await run({ resource: 'customer', operation: 'getAll', limit: 1, simplify: false });
		// Names and the address are the node's own.
		const fields = Object.keys(simple).filter((name) => name in raw);
		expect(fields.length).toBeLessThanOrEqual(10);
		expect(Object.keys(simple).filter((name) => !(name in raw))).toEqual([
			'is_study_name',
			'branch_names',
			'lead_status_name',
			'url',
		]);
		expect(Object.keys(raw).length).toBeGreaterThan(30);
		expect(simple).toMatchObject({ id: raw.id, name: raw.name, phone: (raw.phone as string[]).join(', ') });
	});
});
