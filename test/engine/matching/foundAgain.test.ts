import type { INodeParameters } from 'n8n-workflow';

import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { lead, rows, run, set } = officeOf(school);

const byCustom = (value: unknown, fieldsToSet: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'customField',
	matchField: 'custom_dogovor',
	matchValue: value as string,
	fieldsToSet,
	options: {},
});

describe('a custom field whose filter finds parts of texts', () => {
	it('finds the record of each item', async () => {
		set({ ignoredFilters: [] });
		lead({ name: 'Первый', custom_dogovor: '12' });
		lead({ name: 'Сосед', custom_dogovor: '120' });
		lead({ name: 'Второй', custom_dogovor: '77' });
		const before = rows('customer').length;
		const out = await run(byCustom('={{ $json.n }}', { name: '={{ $json.name }}', note: 'x' }), {
			items: [
				{ n: '12', name: 'Первый' },
				{ n: '77', name: 'Второй' },
			],
		});
		expect(out.map(({ operationResult }) => operationResult)).toEqual(['updated', 'updated']);
		expect(rows('customer')).toHaveLength(before);
	});
});

describe('what was made before', () => {
	it('is found in the branch of the node, though Search in Branches names another', async () => {
		const before = rows('customer').length;
		const form = byPhone('+7(900)555-77-01', { name: 'Новая' }, { searchBranches: [2] });
		await run(form);
		await run(form);
		expect(rows('customer')).toHaveLength(before + 1);
	});

	it('is found in another branch, where its fields put it', async () => {
		const before = rows('group').length;
		const form: INodeParameters = {
			resource: 'group',
			operation: 'upsert',
			branchId: 1,
			matchBy: 'name',
			name: 'Новая группа 17:00',
			fieldsToSet: { branch_ids: [2] },
			options: {},
		};
		await run(form);
		await run(form);
		expect(rows('group')).toHaveLength(before + 1);
	});
});
