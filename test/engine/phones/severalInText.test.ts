import { byPhone, findByPhone, given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { customer, lead, run } = officeOf(school);

const A = '+7(900)555-00-01';
const B = '+7(900)555-00-02';

/** As sheets hold them: two numbers in a cell, and no comma. */
describe.each([
	'8 900 555 00 01 / 8 900 555 00 02',
	'89005550001 89005550002',
	'9005550001 9005550002',
	'8(900)555-00-01|8(900)555-00-02',
	'8 900 555-00-01 (мама) 8 900 555-00-02 (папа)',
	'Мама +79005550001 Папа +79005550002',
	'Мама (89005550001) Папа (89005550002)',
])('%j', (both) => {
	it('as the match value leaves the second number with who was found by the first', async () => {
		const id = lead({ phone: [A] });
		expect(await run(byPhone(both))).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(customer(id).phone).toEqual([A, B]);
		expect(await run(findByPhone('8-900-555-00-02'))).toMatchObject([{ id }]);
		expect(await run(byPhone(both))).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('among the fields adds the second number', async () => {
		const id = lead({ phone: [B], email: ['eva@example.org'] });
		const byEmail = { ...byPhone('', { phone: given([both]) }), matchBy: 'email', email: 'eva@example.org' };
		await run(byEmail);
		expect(customer(id).phone).toEqual([B, A]);
	});

	it('is two numbers of a new customer', async () => {
		const [{ id }] = await run(byPhone(both, { name: 'Лисова Ева' }));
		expect(customer(id).phone).toEqual([A, B]);
	});

	it('in a record is replaced by one of its numbers, and stays when it is written back', async () => {
		const id = lead({ phone: [both] });
		const get = { resource: 'customer', operation: 'get', branchId: 1, id: pick(id), simplify: true };
		const [{ phone }] = await run(get);
		const replace = { listMode: 'replace' };
		const byId = (value: unknown) => ({
			...byPhone('', { phone: given([value]) }, replace),
			matchBy: 'id',
			id: pick(id),
		});
		expect(await run(byId(phone))).toMatchObject([{ id, operationResult: 'unchanged' }]);
		expect(customer(id).phone).toEqual([both]);
		await run(byId('89005550002'));
		expect(customer(id).phone).toEqual([B]);
	});
});

it.each(['1) 8 900 555 00 01', 'Анна 12 8 900 555 00 01'])('%j finds who has the number', async (text) => {
	const id = lead({ phone: [A] });
	expect(await run(byPhone(text))).toMatchObject([{ id, operationResult: 'unchanged' }]);
});

it('a number behind an extension finds who has it, and is saved without the extension', async () => {
	const text = '8 900 555 00 01 доб. 12 8 900 555 00 02';
	const id = lead({ phone: [B] });
	expect(await run(byPhone(text))).toMatchObject([{ id, operationResult: 'updated' }]);
	expect(customer(id).phone).toEqual([B, '8 900 555 00 01 доб. 12']);
	expect(await run(byPhone(text))).toMatchObject([{ id, operationResult: 'unchanged' }]);
});

it.each([
	'+7/900/555/00/01',
	'+7 900 555-00-01/02',
	'+7 900 555-00-01 доб. 12',
	'8 900 555 00 01 2026-01-01',
])('%j is one', async (phone) => {
	const [{ id }] = await run(byPhone(phone, { name: 'Лисова Ева' }));
	expect(customer(id).phone).toHaveLength(1);
});

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
		...fields,
	});
	expect(customer(made.id).phone).toEqual(phone);
});
