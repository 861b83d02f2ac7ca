import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, rows, run, stopped } = officeOf(school);

/** Lists never show what is created. */
const hideNew = (path: string) => {
	school.sandbox.onSend = ({ action }) => {
		const id = rows(path).at(-1)?.id as number;
		if (action === 'create') school.sandbox.store.hide(path, id);
	};
};

describe('a membership that lists do not show yet', () => {
	const join = (customer: number, group: number, items: IDataObject[]) => {
		const parameters: INodeParameters = {
			resource: 'customer',
			operation: 'addToGroup',
			branchId: 1,
			id: pick(customer),
			group_id: pick(group),
			additionalFields: { b_date: '2030-01-10', e_date: '={{ $json.end }}' },
		};
		return run(parameters, { items });
	};

	it('gets the end date of the next item', async () => {
		const customer = lead({ is_study: 1 });
		const group = add('group', {
			name: 'Шахматы',
			branch_ids: [1],
			b_date: '2020-09-01',
			e_date: '2035-05-31',
		});
		hideNew('cgi');
		await join(customer, group, [{ end: '2030-03-01' }, { end: '2030-05-01' }]);
		expect(rows('cgi').filter(({ customer_id }) => customer_id === customer)).toMatchObject([
			{ b_date: '10.01.2030', e_date: '01.05.2030' },
		]);
	});
});

describe('a group that lists do not show yet', () => {
	const upsert = (fieldsToSet: INodeParameters): INodeParameters => ({
		resource: 'group',
		operation: 'upsert',
		branchId: '={{ $json.branch }}',
		matchBy: 'name',
		name: 'Шахматы, вторник',
		fieldsToSet,
		options: {},
	});
	const made = () => rows('group').filter(({ name }) => name === 'Шахматы, вторник');

	it('is found by the next item in any of its branches', async () => {
		hideNew('group');
		await run(upsert({ branch_ids: '={{ $json.branches }}' }), {
			items: [
				{ branch: 1, branches: [1, 2] },
				{ branch: 2, branches: [2] },
			],
		});
		expect(made()).toHaveLength(1);
	});

	it('is another one than a group of the same name in another branch', async () => {
		hideNew('group');
		await run(upsert({}), { items: [{ branch: 1 }, { branch: 2 }] });
		expect(made()).toMatchObject([{ branch_ids: [1] }, { branch_ids: [2] }]);
	});
});

describe('a new customer without a name', () => {
	it('is refused without the claim that nothing was sent, for the customer was looked for', async () => {
		const { description } = await stopped(byPhone('+7(900)555-00-01'));
		expect(school.calls()).toContain('customer/index');
		expect(description).toContain('Nothing was saved.');
		expect(description).not.toContain('Nothing was sent');
	});
});
