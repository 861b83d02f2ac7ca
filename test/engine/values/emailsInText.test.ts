import { byPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { customer, lead, run } = officeOf(school);

const A = 'anna@example.org';
const B = 'boris@example.org';
const byEmail = (email: unknown, fields = {}) => ({
	...byPhone('', fields),
	matchBy: 'email',
	email: given(email),
});

describe.each([`${A} / ${B}`, `${A}/${B}`, `${A} | ${B}`, `${A}  ${B}`, `${A}; ${B}`])('%j', (both) => {
	it('as the match value leaves the second address with who was found by the first', async () => {
		const id = lead({ email: [A] });
		expect(await run(byEmail(both))).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(customer(id).email).toEqual([A, B]);
		expect(await run(byEmail(both))).toMatchObject([{ id, operationResult: 'unchanged' }]);
	});

	it('is two addresses, of a new customer and among the fields', async () => {
		const [{ id }] = await run(byEmail(both, { name: 'Лисова Ева' }));
		expect(customer(id).email).toEqual([A, B]);
		const other = lead({ phone: ['+7(900)555-00-01'], email: [B] });
		await run(byPhone('89005550001', { email: given([both]) }));
		expect(customer(other).email).toEqual([B, A]);
	});
});

it('an address with a stroke in its name is one', async () => {
	const [{ id }] = await run(byEmail('anna/boris@example.org', { name: 'Лисова Ева' }));
	expect(customer(id).email).toEqual(['anna/boris@example.org']);
});
