import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

const createFromItem = {
	resource: 'customer',
	operation: 'create',
	branchId: '={{ $json.branch }}',
	name: '={{ $json.name }}',
	phone: '={{ [$json.phone] }}',
};
const three = [
	{ branch: 1, name: 'Первый', phone: '+7(900)000-11-01' },
	{ branch: 1, name: '', phone: '+7(900)000-11-02' },
	{ branch: 2, name: 'Третий', phone: '+7(900)000-11-03' },
];
const stored = (name: string) => school.sandbox.store.rows('customer').filter((row) => row.name === name);

describe('items', () => {
	it('are handled one by one, each with its own parameters, and stay paired', async () => {
		const { items } = await school.engine.run({ parameters: createFromItem, items: [three[0], three[2]] });

		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(stored('Первый')).toMatchObject([{ branch_ids: [1], phone: ['+7(900)000-11-01'] }]);
		expect(stored('Третий')).toMatchObject([{ branch_ids: [2], phone: ['+7(900)000-11-03'] }]);
	});

	it('that fan out keep the number of the item they came from', async () => {
		const { items } = await school.engine.run({
			parameters: { resource: 'subject', operation: 'getAll', branchId: 1, limit: 2 },
			items: [{}, {}],
		});
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});

	it('stop at the first bad one when the node stops on error, which says which it was', async () => {
		const { status, error } = await school.engine.run({ parameters: createFromItem, items: three });

		expect(status).toBe('error');
		expect(error?.context.itemIndex).toBe(1);
		expect(stored('Первый')).toHaveLength(1);
		expect(stored('Третий')).toHaveLength(0);
	});

	it('with an error output: the bad one goes there with its input, the other two are done', async () => {
		const { items, errorItems } = await school.engine.run({
			parameters: createFromItem,
			items: three,
			onError: 'continueErrorOutput',
		});

		expect(items.map(({ json }) => json.name)).toEqual(['Первый', 'Третий']);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(errorItems).toHaveLength(1);
		expect(errorItems[0].json).toMatchObject({
			phone: '+7(900)000-11-02',
			error: "'Name' is empty, but AlfaCRM requires it",
			message: expect.stringContaining('Nothing was sent') as string,
		});
		expect(stored('Третий')).toHaveLength(1);
	});

	it('with "continue": the bad one keeps its place and carries the message', async () => {
		const { items } = await school.engine.run({
			parameters: createFromItem,
			items: three,
			onError: 'continueRegularOutput',
		});
		expect(items.map(({ json }) => json.name ?? json.error)).toEqual([
			'Первый',
			"'Name' is empty, but AlfaCRM requires it",
			'Третий',
		]);
	});

	it('that the server refuses go to the error output as well', async () => {
		const { items, errorItems } = await school.engine.run({
			parameters: { resource: 'customer', operation: 'get', branchId: 1, id: '={{ $json.id }}' },
			items: [{ id: 1 }, { id: 999999 }, { id: 2 }],
			onError: 'continueErrorOutput',
		});
		expect(items.map(({ json }) => json.id)).toEqual([1, 2]);
		expect(errorItems.map(({ json }) => json.error)).toEqual(['AlfaCRM has no customer with ID 999999']);
	});
});
