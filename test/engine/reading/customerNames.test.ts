import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

const run = async (parameters: INodeParameters, items?: IDataObject[]) => {
	const { json, error } = await school.engine.run({
		parameters: { branchId: 1, ...parameters },
		...(items ? { items } : {}),
	});
	expect(error).toBeUndefined();
	return json;
};
const listed = (path: string) => school.entries(`${path}/index`).length;
const called = (path: string, id: number) => school.sandbox.store.find(path, id)?.name as string;

describe('the names and the address of a customer', () => {
	const add = (row: IDataObject) =>
		school.sandbox.store.insert('customer', {
			...{ name: 'Орлова Мия', is_study: 0, legal_type: 1, branch_ids: [1], e_date: '2030-12-31', phone: [] },
			...row,
		} as never).id;
	const get = async (id: number, more: INodeParameters = {}) => {
		const [row] = await run({ resource: 'customer', operation: 'get', id, ...more });
		return row;
	};
	const full = { simplify: false, addNames: true };

	it('reads no list when no ID of it is held', async () => {
		expect(await get(add({ lead_status_id: null }))).toMatchObject({
			lead_status_name: null,
			is_study_name: 'Lead',
		});
		expect(listed('lead-status')).toBe(0);
	});

	it('keeps the number of what is deleted', async () => {
		const row = { lead_status_id: 99_999, teacher_ids: [99_998], branch_ids: [1] };
		expect(await get(add(row), full)).toMatchObject({
			...row,
			...{ lead_status_name: null, teacher_names: null, branch_names: [called('branch', 1)] },
		});
		const [{ id, name }] = school.sandbox.store
			.rows('teacher')
			.filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
		expect(await get(add({ teacher_ids: [id, 99_998] }), full)).toMatchObject({
			teacher_names: [name, '99998'],
		});
		expect(await get(add({ teacher_ids: [] }), full)).toMatchObject({ teacher_names: [] });
	});

	it.each<[string, IDataObject, () => string | null | undefined]>([
		['an ID as a text', { lead_status_id: '1' }, () => called('lead-status', 1)],
		['a name in place of an ID', { lead_status_id: 'Думает' }, () => 'Думает'],
		['0', { lead_status_id: 0 }, () => null],
	])('is told by %s', async (_what, row, name) => {
		expect(await get(add(row))).toMatchObject({ lead_status_name: name() });
	});

	it('has the address of its page: that of a lead or a client, in a branch of its own', async () => {
		const { url } = school.sandbox;
		const lead = add({});
		expect(await get(lead)).toMatchObject({ url: `${url}/company/1/lead/view?id=${lead}` });
		const client = add({ is_study: 1, branch_ids: [3, 1] });
		expect(await get(client)).toMatchObject({ url: `${url}/company/1/customer/view?id=${client}` });
		const far = add({ is_study: 1, branch_ids: [3], phone: ['+7(900)555-00-01'] });
		const found = await run({
			resource: 'customer',
			operation: 'find',
			matchBy: 'phone',
			phone: '89005550001',
		});
		expect(found).toMatchObject([{ url: `${url}/company/3/customer/view?id=${far}` }]);
	});

	it('is the same record by that address', async () => {
		const id = add({});
		const { url } = await get(id);
		expect(await get(id, { id: { __rl: true, mode: 'url', value: url as string } })).toMatchObject({
			id,
			url,
		});
	});

	it('means the same when it is written back, whatever its names say', async () => {
		const id = add({ lead_status_id: 1 });
		const row = await get(id);
		const { lead_status_id, lead_status_name, is_study, is_study_name, url, name, email } = row;
		const back = { lead_status_id, lead_status_name, is_study, is_study_name, url, name, email };
		const before = school.sandbox.snapshot();
		const parameters = { resource: 'customer', operation: 'update', id, inputMode: 'json' };
		await run({ ...parameters, json: JSON.stringify({ ...back, lead_status_name: 'Другой' }) });
		expect(school.sandbox.changes(before)).toEqual([]);
		const [{ body }] = school.entries('customer/update');
		expect(Object.keys(body as object).sort()).toEqual(['is_study', 'lead_status_id', 'name']);

		await run(
			{ ...parameters, inputMode: 'map', columns: { mappingMode: 'autoMapInputData', value: null } },
			[back],
		);
		expect(school.sandbox.changes(before)).toEqual([]);
	});

	it.each([
		['lead_status_name', 'Новый'],
		['is_study_name', 'Lead'],
		['url', 'https://example.org'],
	])('takes no %s alone, for it would change nothing', async (name, value) => {
		const id = add({});
		const { error } = await school.engine.run({
			parameters: {
				...{ resource: 'customer', operation: 'update', branchId: 1, id, inputMode: 'json' },
				json: JSON.stringify({ note: 'x', [name]: value }),
			},
		});
		expect(error?.message).toBe(`AlfaCRM's customer has no field "${name}" that can be set`);
		expect(school.calls()).toEqual([]);
	});
});
