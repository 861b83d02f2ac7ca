import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { add, lead, refused, run, set } = officeOf(school);

const list = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	filters,
	...more,
});
const ALL = { is_study: 2, removed: 1 };
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);
const bodies = (path: string) => school.entries(`${path}/index`).map(({ body }) => body as IDataObject);

const MAKE: Array<[string, string, () => number, INodeParameters]> = [
	['customer', 'id', () => lead(), ALL],
	['group', 'ids', () => add('group', { name: 'Шахматы', branch_ids: [1] }), { removed: 1 }],
];

describe.each(MAKE)('records of the resource %s', (resource, sentAs, make, views) => {
	it.each<[string, (wanted: number[]) => unknown]>([
		['a text with commas', (wanted) => wanted.join(', ')],
		['a list', (wanted) => given(wanted)],
	])('are listed by their IDs in one call, given as %s', async (_what, spelled) => {
		const [one, , three] = [make(), make(), make()];
		const json = await run(list(resource, { ids: spelled([one, three]) as string }, views));
		expect(ids(json)).toEqual([one, three]);
		expect(bodies(resource)).toMatchObject([{ [sentAs]: [one, three] }]);
	});

	it('are the same where AlfaCRM does not read a list of IDs', async () => {
		set({ idLists: 'unreadable', ignoredFilters: ['group.ids'] });
		const [one, , three] = [make(), make(), make()];
		expect(ids(await run(list(resource, { ids: `${one}, ${three}` }, views)))).toEqual([one, three]);
	});

	it('by one ID and by several are those that both name', async () => {
		const [one, two] = [make(), make()];
		const both = { id: String(one), ids: `${one}, ${two}` };
		expect(ids(await run(list(resource, both, views)))).toEqual([one]);
		expect(ids(await run(list(resource, { ...both, id: '99999' }, views)))).toEqual([]);
	});

	it('are not all of them where no ID is given', async () => {
		await refused(list(resource, { ids: '={{ [] }}' }, views), "'IDs'");
	});
});
