import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, customer, lead, refused, row, run } = officeOf(school);

/** In no branch a record is shown to nobody, and the next run would make a second one. */
it.each(['""', '[]', '[""]', 'null', '" , "'])(
	'%s as its branches puts a customer into none',
	async (empty) => {
		const id = lead({ phone: ['+7(900)555-00-01'], branch_ids: [1, 2] });
		const json = { inputMode: 'json', json: `{"note":"Новое","branch_ids":${empty}}` };
		const overwrite = { overwriteWithEmpty: true };
		await refused({ ...byPhone('89005550001', {}, overwrite), ...json }, "'Branch' is empty");
		const update = { resource: 'customer', operation: 'update', branchId: 1, id: pick(id) };
		await refused({ ...update, ...json, options: overwrite }, "'Branch' is empty");
		expect(customer(id).branch_ids).toEqual([1, 2]);
		// A gap in a sheet is still passed over.
		await run({ ...byPhone('89005550001'), ...json });
		await run({ ...update, ...json });
		expect(customer(id)).toMatchObject({ branch_ids: [1, 2], note: 'Новое' });
	},
);

it('nor a group', async () => {
	const id = add('group', { name: 'Йога', branch_ids: [1] });
	const update = { resource: 'group', operation: 'update', branchId: 1, id: pick(id) };
	const updateFields = { branch_ids: [], note: '' };
	await refused({ ...update, updateFields, options: { overwriteWithEmpty: true } }, "'Branch' is empty");
	expect(row('group', id).branch_ids).toEqual([1]);
});
