import type { INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 300 });
const { set, whole } = officeOf(school);

const everybody: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: '={{ $json.branch }}',
	returnAll: true,
	is_study: 2,
	removed: 1,
};
const asked = (branch: number) =>
	school
		.entries('customer/index')
		.filter(({ path }) => path.includes(`/${branch}/`))
		.map(({ body }) => body as { page: number; pageSize?: number });

it.each(['refused400', 'refused200', 'emptyFirst'])(
	'a list that is asked for without a size is asked for each page once, pageSize %s',
	async (bodyPageSize) => {
		set({ bodyPageSize, pageSize: 50 });
		const { hints } = await whole(everybody, { items: [{ branch: 1 }, { branch: 2 }] });
		const pages = [1, 2].map((branch) =>
			asked(branch)
				.filter(({ pageSize }) => pageSize === undefined)
				.map(({ page }) => page),
		);
		expect({ pages, hints }).toEqual({ pages: pages.map((one) => [...new Set(one)]), hints: [] });
	},
);

it('a page that fails with and without a size does not make the other lists smaller', async () => {
	set({ bodyPageSize: 'honoured' });
	school.sandbox.faults.add({
		kind: 'status',
		status: 500,
		match: { entity: 'customer', branch: 1, bodyContains: '"page":1' },
		times: 0,
	});
	const { errorItems } = await whole(everybody, {
		items: [{ branch: 1 }, { branch: 2 }],
		onError: 'continueErrorOutput',
	});
	expect(errorItems).toHaveLength(1);
	expect(asked(2)[0]).toMatchObject({ page: 0, pageSize: 500 });
});
