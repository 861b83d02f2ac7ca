import { byPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, run } = officeOf(school);

it.each([
	[['+7(900)555-00-01', 'папа, +49 170 1234567']],
	[['мама +375 29 123-45-67', '+49 170 1234567, доб. 5', 'не звонить']],
	[['не звонить', '+7(900)555-00-01']],
])('the phones %j, as Simplify shows them, are the same when they are written back', async (phone) => {
	const id = lead({ phone });
	const get = { resource: 'customer', operation: 'get', branchId: 1, id: String(id), simplify: true };
	const [{ phone: shown }] = await run(get);
	const fields = { phone: given([shown]) };
	await run({ resource: 'customer', operation: 'update', branchId: 1, id: String(id), updateFields: fields });
	expect(customer(id).phone).toEqual(phone);
	const options = { listMode: 'replace' };
	const byId = { ...byPhone('', fields, options), matchBy: 'id', id: String(id) };
	expect(await run(byId)).toMatchObject([{ id, operationResult: 'unchanged' }]);
	expect(customer(id).phone).toEqual(phone);
	const [made] = await run({
		resource: 'customer',
		operation: 'create',
		branchId: 1,
		name: 'Лисова Ева',
		is_study: 0,
		legal_type: 1,
		additionalFields: fields,
	});
	expect(customer(made.id).phone).toEqual(phone);
});
